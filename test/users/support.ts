import type { TestDatabase } from '../support/database.js';
import type { TestClient } from '../support/graphql.js';

export interface UserInput {
  readonly id?: string | null;
  readonly name?: string;
  readonly email?: string;
  readonly department?: string;
  readonly status?: string | null;
}

export interface UserAnswer {
  readonly id: string;
  readonly name: string;
  readonly email: string;
  readonly department: string;
  readonly status: string;
  readonly version: number;
  readonly createdAt: string;
  readonly updatedAt: string;
}

export interface Payload {
  readonly user: UserAnswer;
  readonly position: string;
  readonly replayed: boolean;
}

export interface Deleted {
  readonly id: string;
  readonly position: string;
  readonly replayed: boolean;
}

export const userFields = '{ id name email department status version createdAt updatedAt }';
const payloadFields = `{ user ${userFields} position replayed }`;

export const createUserMutation = `mutation ($input: CreateUserInput!, $key: ID) {
  createUser(input: $input, idempotencyKey: $key) ${payloadFields}
}`;
export const updateUserMutation = `mutation ($id: ID!, $input: UpdateUserInput!, $expectedVersion: Long, $key: ID) {
  updateUser(id: $id, input: $input, expectedVersion: $expectedVersion, idempotencyKey: $key) ${payloadFields}
}`;
export const deleteUserMutation = `mutation ($id: ID!, $key: ID) {
  deleteUser(id: $id, idempotencyKey: $key) { id position replayed }
}`;

let made = 0;

/** A user whose fields do not matter to the test, but for those given. */
export const aUser = (input: UserInput = {}): UserInput => ({
  name: 'Ada',
  email: `user-${(made += 1)}@example.com`,
  department: 'Engineering',
  ...input,
});

export const createUser = async (client: TestClient, input: UserInput = {}, key?: string): Promise<Payload> =>
  (await client.data<{ createUser: Payload }>(createUserMutation, { input: aUser(input), key })).createUser;

export interface Update {
  readonly id: string;
  readonly input: object;
  readonly expectedVersion?: number | null;
  readonly key?: string;
}

export const updateUser = async (client: TestClient, update: Update): Promise<Payload> =>
  (await client.data<{ updateUser: Payload }>(updateUserMutation, update)).updateUser;

export const deleteUser = async (client: TestClient, id: string, key?: string): Promise<Deleted> =>
  (await client.data<{ deleteUser: Deleted }>(deleteUserMutation, { id, key })).deleteUser;

export const readUser = async (client: TestClient, id: string): Promise<UserAnswer | null> =>
  (await client.data<{ user: UserAnswer | null }>(`query ($id: ID!) { user(id: $id) ${userFields} }`, { id }))
    .user;

export interface UserEventAnswer {
  readonly id: string;
  readonly type: string;
  readonly userId: string;
  readonly version: number;
  readonly department: string;
  readonly previousDepartment: string | null;
  readonly user: UserAnswer | null;
  readonly occurredAt: string;
  readonly cursor: string;
}

export const eventsSubscription = `subscription ($department: String, $after: Cursor, $heartbeat: Int) {
  userEvents(department: $department, after: $after, heartbeat: $heartbeat) {
    id type userId version department previousDepartment user ${userFields} occurredAt cursor
  }
}`;

/** Rows of all that a mutation of users or posts may write. */
export const countRows = async (database: TestDatabase): Promise<Record<string, number>> => {
  const [row] = await database.query<Record<string, number>>(
    `select (select count(*) from users)::int as users,
       (select coalesce(sum(version), 0) from users)::int as "userVersions",
       (select count(*) from posts)::int as posts,
       (select coalesce(sum(version), 0) from posts)::int as "postVersions",
       (select count(*) from outbox where topic in ('user.events.v1', 'post.events.v1'))::int as outbox,
       (select count(*) from idempotency_keys)::int as keys`,
  );
  return row ?? {};
};

export interface StoredEvent {
  readonly type: string;
  readonly version: number;
  readonly department: string | null;
}

/** Of one user or post, in the order in which they were committed. */
export const eventsOf = (database: TestDatabase, id: string): Promise<StoredEvent[]> =>
  database.query<StoredEvent>(
    `select headers ->> 'ce_type' as type, (value ->> 'version')::int as version, value ->> 'department' as department
     from (select id, headers, convert_from(value, 'UTF8')::jsonb as value from outbox
           where topic in ('user.events.v1', 'post.events.v1') and convert_from(key, 'UTF8') = $1) as e
     order by id`,
    [id],
  );
