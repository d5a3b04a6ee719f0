import { randomUUID } from 'node:crypto';
import { v7 as uuidv7 } from 'uuid';
import { conflict, notFound, type MillraceError } from '../errors.js';
import { userEvents } from '../events/topics.js';
import type { User, UserEventType, UserStatus } from '../events/users.js';
import type { Transaction } from '../postgres/database.js';
import type { OutgoingEvent } from '../postgres/outbox.js';
import {
  creationOfUser,
  findStoredUser,
  insertUser,
  lockUser,
  markUserDeleted,
  updateUser,
  type UserCreation,
} from '../postgres/users.js';
import { keyUse } from './idempotency.js';
import { givenFields, parseEmail, parseExpectedVersion, parseText, parseUuid } from './inputs.js';
import { checkVersion, createMutate, type CommandOptions, type Outcome } from './mutation.js';

export interface CreateUserInput {
  readonly id?: string | null;
  readonly name: string;
  readonly email: string;
  readonly department: string;
  readonly status?: UserStatus | null;
}

export interface UpdateUserInput {
  readonly name?: string | null;
  readonly email?: string | null;
  readonly department?: string | null;
  readonly status?: UserStatus | null;
}

export interface UserUpdate {
  readonly id: string;
  readonly input: UpdateUserInput;
  readonly expectedVersion?: number | null;
}

export interface UserOutcome {
  readonly user: User;
  readonly position: string;
  readonly replayed: boolean;
}

export interface DeleteOutcome {
  readonly id: string;
  readonly position: string;
  readonly replayed: boolean;
}

/** All throw MillraceError; `caller` is the principal that keys are bound to. */
export interface UserCommands {
  createUser(caller: string, input: CreateUserInput, idempotencyKey?: string | null): Promise<UserOutcome>;
  updateUser(caller: string, update: UserUpdate, idempotencyKey?: string | null): Promise<UserOutcome>;
  deleteUser(caller: string, id: string, idempotencyKey?: string | null): Promise<DeleteOutcome>;
}

const topic = userEvents.name;

export const createUserCommands = (options: CommandOptions): UserCommands => {
  const { now } = options;
  const mutate = createMutate(options);

  return {
    createUser: async (caller, input, idempotencyKey) => {
      const use = keyUse(caller, idempotencyKey, 'createUser', input);
      const user = parseUser(input, now());
      return answer(
        await mutate({ topic, ids: [user.id], use }, async (tx) =>
          (await insertUser(tx, user))
            ? { entity: user, events: [eventOf('user.created', user)] }
            : { entity: await repeated(tx, user, input), events: [], replayed: true },
        ),
      );
    },

    updateUser: async (caller, update, idempotencyKey) => {
      const use = keyUse(caller, idempotencyKey, 'updateUser', update);
      const id = parseUuid('id', update.id);
      const expectedVersion = parseExpectedVersion(update.expectedVersion);
      const change = parseChange(update.input);
      return answer(
        await mutate({ topic, ids: [id], use }, async (tx) => {
          const user = (await lockUser(tx, id)) ?? missing(id);
          checkVersion(expectedVersion, user.version);
          const changed = { ...user, ...change };
          if (isSame(creationOfUser(user), creationOfUser(changed))) return { entity: user, events: [] };
          const next = succeeding(changed, now());
          if (!(await updateUser(tx, next))) throw emailTaken(next);
          return { entity: next, events: [eventOf('user.updated', next, user.department)] };
        }),
      );
    },

    deleteUser: async (caller, userId, idempotencyKey) => {
      const use = keyUse(caller, idempotencyKey, 'deleteUser', { id: userId });
      const id = parseUuid('id', userId);
      const { entity, position, replayed } = await mutate({ topic, ids: [id], use }, async (tx) => {
        const last = succeeding((await lockUser(tx, id)) ?? missing(id), now());
        await markUserDeleted(tx, last);
        return { entity: { id }, events: [eventOf('user.deleted', last)] };
      });
      return { ...entity, position, replayed };
    },
  };
};

const answer = ({ entity, position, replayed }: Outcome<User>): UserOutcome => ({
  user: entity,
  position,
  replayed,
});

/** The user that was there already, when it was created with the same input: a field that is absent now matches anything. */
const repeated = async (tx: Transaction, user: User, input: CreateUserInput): Promise<User> => {
  const found = await findStoredUser(tx, user.id);
  if (!found) throw emailTaken(user);
  const asked = { ...creationOfUser(user), ...(input.status == null && { status: found.createdAs.status }) };
  if (!found.deleted && isSame(found.createdAs, asked)) return found.user;
  throw conflict(
    'ALREADY_EXISTS',
    `There is, or was, another user with the id ${user.id}. Take a new id for a new user.`,
  );
};

const emailTaken = ({ email }: User): MillraceError =>
  conflict('EMAIL_TAKEN', `email: another user has ${email}. Take another one.`);

const missing = (id: string): never => {
  throw notFound(`There is no user with the id ${id}.`);
};

/** @throws MillraceError BAD_USER_INPUT that names the field */
const parseUser = (input: CreateUserInput, nowMs: number): User => {
  const now = new Date(nowMs).toISOString();
  return {
    id: input.id == null ? uuidv7() : parseUuid('id', input.id),
    name: parseText('name', input.name),
    email: parseEmail('email', input.email),
    department: parseDepartment(input.department),
    status: input.status ?? 'ACTIVE',
    version: 1,
    createdAt: now,
    updatedAt: now,
  };
};

const parseChange = (input: UpdateUserInput): Partial<UserCreation> => {
  const { name, email, department, status } = givenFields(input);
  return {
    ...(name !== undefined && { name: parseText('name', name) }),
    ...(email !== undefined && { email: parseEmail('email', email) }),
    ...(department !== undefined && { department: parseDepartment(department) }),
    ...(status !== undefined && { status }),
  };
};

const parseDepartment = (department: string): string => parseText('department', department, { max: 100 });

const isSame = (one: UserCreation, other: UserCreation): boolean =>
  one.name === other.name &&
  one.email === other.email &&
  one.department === other.department &&
  one.status === other.status;

const succeeding = (user: User, nowMs: number): User => ({
  ...user,
  version: user.version + 1,
  updatedAt: new Date(nowMs).toISOString(),
});

const eventOf = (type: UserEventType, user: User, departmentBefore = user.department): OutgoingEvent => ({
  topic,
  key: user.id,
  event: {
    id: randomUUID(),
    type,
    time: user.updatedAt,
    data: { ...user, previousDepartment: departmentBefore === user.department ? null : departmentBefore },
  },
});
