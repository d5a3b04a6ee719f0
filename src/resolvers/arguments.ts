import { Kind, type GraphQLResolveInfo, type SelectionSetNode } from 'graphql';
import { parseId, parseText, parseTime, parseUuid } from '../commands/inputs.js';
import { MillraceError, badInput } from '../errors.js';
import type { PagePlace } from '../postgres/pages.js';
import type { Context, Services } from './context.js';

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

const heartbeatSeconds = (heartbeat: number | null | undefined): number | undefined => {
  if (heartbeat === null || heartbeat === undefined) return undefined;
  if (heartbeat < 1 || heartbeat > longestHeartbeatSeconds)
    throw badInput('heartbeat', `must lie between 1 and ${longestHeartbeatSeconds} seconds`);
  return heartbeat;
};

/** Where a subscription to events begins, and how often it tells its progress. */
export const eventOptions = (
  { after, heartbeat }: { after?: string | null; heartbeat?: number | null },
  { resumeAfter }: Pick<Context, 'resumeAfter'>,
) => ({ after: resumeAfter ?? after, heartbeatSeconds: heartbeatSeconds(heartbeat) });

/** An offset of a partition; as text, because Kafka's have 64 bits. */
export const parseOffset = (field: string, text: string): number => {
  const offset = /^\d{1,16}$/.test(text) ? Number(text) : Number.NaN;
  if (!Number.isSafeInteger(offset)) throw badInput(field, 'must be an offset, such as "42"');
  return offset;
};

/** Text to compare with, in the form in which it is stored; undefined where none was given. */
export const filterText = (field: string, text: string | null | undefined): string | undefined =>
  text === null || text === undefined ? undefined : parseText(field, text);

/** An id to compare with, likewise. */
export const filterId = (field: string, id: string | null | undefined): string | undefined =>
  id === null || id === undefined ? undefined : parseId(field, id);

export const encodePlace = ({ time, id }: PagePlace): string =>
  Buffer.from(JSON.stringify([time, id])).toString('base64url');

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
    const [time, id] = value as unknown[];
    if (typeof time !== 'string' || typeof id !== 'string') return undefined;
    return { time: parseTime('after', time), id: parseUuid('after', id) };
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

/**
 * Of a read that needs no wait, because an entity is read where it was written: what is no position or no wait is refused all the same.
 */
export const checkConsistency = async (
  { consistency }: Pick<Services, 'consistency'>,
  { consistentWith, waitMs }: { consistentWith?: string | null; waitMs?: number | null },
): Promise<void> => {
  waitLength(waitMs);
  if (consistentWith === null || consistentWith === undefined) return;
  try {
    await consistency.waitFor('', consistentWith, 0);
  } catch (error) {
    if (!(error instanceof MillraceError && error.code === 'POSITION_TIMEOUT')) throw error;
  }
};

/** Waits until the read model of the stream `worker` contains the position, where one is given. */
export const waitForPosition = async (
  { consistency }: Pick<Services, 'consistency'>,
  worker: string,
  { consistentWith, waitMs }: { consistentWith?: string | null; waitMs?: number | null },
): Promise<void> => {
  const wait = waitLength(waitMs);
  if (consistentWith !== null && consistentWith !== undefined)
    await consistency.waitFor(worker, consistentWith, wait);
};
