import { badInput } from '../errors.js';
import { checkCharacters } from './inputs.js';

export type JsonObject = Readonly<Record<string, unknown>>;

const mostBytes = 65_536;

/** At most 64 KB as JSON, and nothing in it that JSON or Postgres cannot hold. @throws MillraceError BAD_USER_INPUT */
export const parseJsonObject = (field: string, value: JsonObject): JsonObject => {
  check(field, value);
  if (Buffer.byteLength(JSON.stringify(value)) > mostBytes)
    throw badInput(field, 'must have at most 64 KB as JSON');
  return value;
};

/** As of a body of JSON. */
const deepest = 100;

const check = (field: string, value: unknown, depth = 1): void => {
  if (typeof value === 'string') {
    checkCharacters(field, value);
  } else if (typeof value === 'number') {
    if (!Number.isFinite(value)) throw badInput(field, 'must not hold a number beyond 1.8e308');
  } else if (typeof value === 'object' && value !== null) {
    if (depth > deepest) throw badInput(field, `must not be nested more than ${deepest} levels deep`);
    for (const [name, member] of Object.entries(value)) {
      checkCharacters(field, name);
      check(field, member, depth + 1);
    }
  }
};

/** JSON text that is the same for the same value, in whatever order its members were given. */
export const canonicalJson = (value: unknown): string =>
  JSON.stringify(value, (_name, member: unknown) =>
    typeof member === 'object' && member !== null && !Array.isArray(member)
      ? Object.fromEntries(Object.entries(member).sort(([a], [b]) => (a < b ? -1 : 1)))
      : member,
  );
