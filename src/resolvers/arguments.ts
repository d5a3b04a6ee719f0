import { Kind, type GraphQLResolveInfo, type SelectionSetNode } from 'graphql';
import { parseText, parseTime, parseUuid } from '../commands/inputs.js';
import { MillraceError, badInput } from '../errors.js';

/** Arguments that several fields share. Each function throws BAD_USER_INPUT that names the argument. */

const defaultPage = 50;
const longestPage = 500;

export const pageLength = (first: number | null | undefined): number => {
  const length = first ?? defaultPage;
  if (length < 1 || length > longestPage) throw badInput('first', `must lie between 1 and ${longestPage}`);
  return length;
};

const defaultWaitMs = 2_000;
const longestWaitMs = 10_000;

export const waitLength = (waitMs: number | null | undefined): number => {
  const ms = waitMs ?? defaultWaitMs;
  if (ms < 0 || ms > longestWaitMs) throw badInput('waitMs', `must lie between 0 and ${longestWaitMs}`);
  return ms;
};

const longestHeartbeatSeconds = 60;

export const heartbeatSeconds = (heartbeat: number | null | undefined): number | undefined => {
  if (heartbeat === null || heartbeat === undefined) return undefined;
  if (heartbeat < 1 || heartbeat > longestHeartbeatSeconds)
    throw badInput('heartbeat', `must lie between 1 and ${longestHeartbeatSeconds} seconds`);
  return heartbeat;
};

/** Text to compare with, in the form in which it is stored; undefined where none was given. */
export const filterText = (field: string, text: string | null | undefined): string | undefined =>
  text === null || text === undefined ? undefined : parseText(field, text);

/** Where a page of a list, newest first, continues. */
export interface PagePlace {
  readonly placedAt: string;
  readonly id: string;
}

export const encodePlace = ({ placedAt, id }: PagePlace): string =>
  Buffer.from(JSON.stringify([placedAt, id])).toString('base64url');

const longestPlace = 200;

export const decodePlace = (after: string | null | undefined): PagePlace | undefined => {
  if (after === null || after === undefined) return undefined;
  const place = after.length <= longestPlace ? placeIn(after) : undefined;
  if (!place || encodePlace(place) !== after)
    throw badInput('after', 'must be a cursor that this list answered');
  return place;
};

const placeIn = (after: string): PagePlace | undefined => {
  try {
    const value: unknown = JSON.parse(Buffer.from(after, 'base64url').toString());
    if (!Array.isArray(value)) return undefined;
    const [placedAt, id] = value as unknown[];
    if (typeof placedAt !== 'string' || typeof id !== 'string') return undefined;
    return { placedAt: parseTime('after', placedAt), id: parseUuid('after', id) };
  } catch (error) {
    if (error instanceof SyntaxError || error instanceof MillraceError) return undefined;
    throw error;
  }
};

/** Whether the answer's object is asked for its field `name`. */
export const selects = (info: GraphQLResolveInfo, name: string): boolean => {
  const seen = new Set<string>();
  const inSet = (set: SelectionSetNode | undefined): boolean =>
    set?.selections.some((selection) => {
      if (selection.kind === Kind.FIELD) return selection.name.value === name;
      if (selection.kind === Kind.INLINE_FRAGMENT) return inSet(selection.selectionSet);
      if (seen.has(selection.name.value)) return false;
      seen.add(selection.name.value);
      return inSet(info.fragments[selection.name.value]?.selectionSet);
    }) ?? false;
  return info.fieldNodes.some((node) => inSet(node.selectionSet));
};
