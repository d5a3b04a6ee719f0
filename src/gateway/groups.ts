import { Kind, visit, type ExecutionResult, type FieldNode, type OperationDefinitionNode } from 'graphql';
import type { Operation } from './documents.js';
import type { Payload } from './delivery.js';

/*
 * Equal subscriptions: one document, the same variables, one scope. What is made of an item, it is made once for all of them.
 * Where they begin and how often they tell their progress is no part of what they are.
 */

export interface Group {
  /** The same item is executed and serialised once while it is among the newest. Never rejects. */
  payloadOf(item: object): Payload | Promise<Payload>;
  /** Once by each who joined. */
  leave(): void;
}

export interface Groups {
  join(operation: Operation, scope: string, execute: Execute): Group;
  stats(): { readonly groups: number; readonly executions: number };
}

/** Of a new group, with whatever belongs to its scope. */
type Execute = (item: object) => ExecutionResult | Promise<ExecutionResult>;

/** Of all groups together; the oldest go first. More would serve only subscribers that lag. */
const mostBytes = 32 * 1_048_576;
/** What an entry weighs beside its text. */
const overheadBytes = 1_000;

type Known = Map<object, Payload | Promise<Payload>>;

/** Forgets what was made first when there is too much of it. */
const createMemory = () => {
  const entries = new Map<Payload, { readonly known: Known; readonly item: object }>();
  let bytes = 0;
  const forget = (payload: Payload): void => {
    const entry = entries.get(payload);
    if (!entry) return;
    entries.delete(payload);
    entry.known.delete(entry.item);
    bytes -= payload.json.length + overheadBytes;
  };
  return {
    keep: (known: Known, item: object, payload: Payload): Payload => {
      known.set(item, payload);
      entries.set(payload, { known, item });
      bytes += payload.json.length + overheadBytes;
      for (const oldest of entries.keys()) {
        if (bytes <= mostBytes || oldest === payload) break;
        forget(oldest);
      }
      return payload;
    },
    forget,
  };
};

export const createGroups = (): Groups => {
  const byOperation = new WeakMap<OperationDefinitionNode, Map<string, Group & { members: number }>>();
  const memory = createMemory();
  let groups = 0;
  let executions = 0;

  const create = (execute: Execute, onUnused: () => void): Group & { members: number } => {
    const known: Known = new Map();
    return {
      members: 0,
      payloadOf: (item) => {
        const made = known.get(item);
        if (made) return made;
        executions += 1;
        const result = execute(item);
        if (!('then' in result)) return memory.keep(known, item, payloadOf(result, item));
        const making = result.then((late) => memory.keep(known, item, payloadOf(late, item)));
        known.set(item, making);
        return making;
      },
      leave() {
        this.members -= 1;
        if (this.members > 0) return;
        onUnused();
        for (const payload of known.values()) if (!('then' in payload)) memory.forget(payload);
      },
    };
  };

  return {
    join: (operation, scope, execute) => {
      const ofOperation = byOperation.get(operation.node) ?? new Map<string, Group & { members: number }>();
      byOperation.set(operation.node, ofOperation);
      const key = JSON.stringify([scope, variablesOf(operation)]);
      const leave = (): void => {
        ofOperation.delete(key);
        groups -= 1;
      };
      let group = ofOperation.get(key);
      if (!group) {
        groups += 1;
        ofOperation.set(key, (group = create(execute, leave)));
      }
      group.members += 1;
      return group;
    },
    stats: () => ({ groups, executions }),
  };
};

export const payloadOf = (result: ExecutionResult, item: object): Payload => ({
  json: Buffer.from(JSON.stringify(result)),
  // Sealed by who reads it first.
  get cursor() {
    return cursorOf(item);
  },
});

const cursorOf = (item: unknown): string | undefined =>
  typeof item === 'object' && item !== null && 'cursor' in item && typeof item.cursor === 'string'
    ? item.cursor
    : undefined;

/** Names of variables that say only where a subscription begins and how often it tells its progress. */
const placing = new WeakMap<OperationDefinitionNode, ReadonlySet<string>>();

const variablesOf = ({ document, node, root, variables }: Operation): unknown => {
  let names = placing.get(node);
  if (!names) {
    const uses = new Map<string, number>();
    visit(document, {
      VariableDefinition: () => false,
      Variable: ({ name }) => void uses.set(name.value, (uses.get(name.value) ?? 0) + 1),
    });
    names = new Set(placingVariables(root).filter((name) => uses.get(name) === 1));
    placing.set(node, names);
  }
  return Object.entries(variables)
    .filter(([name]) => !names.has(name))
    .sort(([a], [b]) => (a < b ? -1 : 1));
};

const placingVariables = (root: FieldNode | undefined): string[] =>
  (root?.arguments ?? []).flatMap(({ name, value }) =>
    (name.value === 'after' || name.value === 'heartbeat') && value.kind === Kind.VARIABLE
      ? [value.name.value]
      : [],
  );
