import { setTimeout as sleep } from 'node:timers/promises';
import { badInput, outcomeUnknown } from '../errors.js';
import { recordAction } from '../postgres/audit.js';
import { CommitUnknown } from '../postgres/database.js';
import {
  countRedriven,
  discardLetters,
  findPending,
  requestRedrives,
  type LetterFilter,
  type LetterState,
  type Pace,
} from '../postgres/dead-letter-operations.js';
import { checkCharacters, parseText, parseUuid } from './inputs.js';
import { committing, naming, type CommandOptions } from './mutation.js';

export interface DeadLetterFilterInput {
  readonly topic?: string | null;
  readonly consumer?: string | null;
  readonly key?: string | null;
  readonly text?: string | null;
  readonly state?: LetterState | null;
}

export interface RedriveInput {
  readonly ids?: readonly string[] | null;
  readonly filter?: DeadLetterFilterInput | null;
  readonly dryRun?: boolean | null;
  readonly maxPerSecond?: number | null;
}

export interface RedriveOutcome {
  readonly matched: number;
  readonly redriven: number;
  readonly dryRun: boolean;
}

/** What operators do with dead letters. All throw MillraceError; `caller` is the principal, whom the letters and the audit name. */
export interface DeadLetterCommands {
  /** Asks for the redrive of the pending letters that match, and waits a while for it. */
  redrive(caller: string, input: RedriveInput): Promise<RedriveOutcome>;
  /** @returns how many were pending */
  discard(caller: string, ids: readonly string[], reason: string): Promise<number>;
}

const mostIds = 1_000;
const mostPerSecond = 10_000;
/** A transaction that appends keeps the relay from what was appended behind it, so it has to be short. */
const mostAtOnce = 1_000;
const longestWaitMs = 10_000;
const firstPauseMs = 50;
const longestPauseMs = 500;

export const createDeadLetterCommands = ({
  database,
  onCommitted,
}: Pick<CommandOptions, 'database' | 'onCommitted'>): DeadLetterCommands => {
  const commit = committing(database, onCommitted);

  /** @throws MillraceError OUTCOME_UNKNOWN when some may be asked for: asking again is safe */
  const ask = async (ids: readonly string[], by: string, perSecond: number | undefined): Promise<void> => {
    for (let from = 0; from < ids.length; from += mostAtOnce) {
      const some = ids.slice(from, from + mostAtOnce);
      const pace: Pace | undefined = perSecond === undefined ? undefined : { perSecond, from };
      try {
        await commit((tx) => requestRedrives(tx, some, by, pace));
      } catch (error) {
        throw from > 0 || error instanceof CommitUnknown ? outcomeUnknown(some, error) : error;
      }
    }
  };

  /** How many are redriven once all are settled, or at the time `until`. */
  const settled = async (ids: readonly string[], until: number): Promise<number> => {
    let redriven = 0;
    for (let pause = firstPauseMs; ; pause = Math.min(pause * 1.5, longestPauseMs)) {
      try {
        const now = await countRedriven(database, ids);
        ({ redriven } = now);
        if (now.underWay === 0) return redriven;
      } catch {
        // They were asked for all the same.
        return redriven;
      }
      const left = until - performance.now();
      if (left <= 0) return redriven;
      await sleep(Math.min(pause, left));
    }
  };

  return {
    redrive: async (caller, input) => {
      const until = performance.now() + longestWaitMs;
      const filter = parseSelection(input);
      const perSecond = parsePace(input.maxPerSecond);
      const dryRun = input.dryRun ?? false;
      const ids = await findPending(database, filter);
      await recordAction(database, 'redriveDeadLetters', { by: caller, ...input, matched: ids.length });
      if (!dryRun) await ask(ids, caller, perSecond);
      return { matched: ids.length, redriven: dryRun ? 0 : await settled(ids, until), dryRun };
    },

    discard: async (caller, given, text) => {
      const ids = parseIds(given);
      const reason = parseText('reason', text, { max: 500 });
      return naming(
        ids,
        commit(async (tx) => {
          const discarded = await discardLetters(tx, ids, reason);
          await recordAction(tx, 'discardDeadLetters', { by: caller, ids, reason, discarded });
          return discarded;
        }),
      );
    },
  };
};

const parseIds = (ids: readonly string[]): string[] => {
  if (ids.length > mostIds) throw badInput('ids', `must hold at most ${mostIds} ids`);
  return ids.map((id) => parseUuid('ids', id));
};

const parseSelection = ({ ids, filter }: RedriveInput): LetterFilter => {
  if (ids == null && filter == null)
    throw badInput('ids', 'give ids, a filter, or both; an empty filter means all');
  return { ...parseLetterFilter(filter), ids: ids == null ? undefined : parseIds(ids) };
};

const parsePace = (maxPerSecond: number | null | undefined): number | undefined => {
  if (maxPerSecond == null) return undefined;
  if (maxPerSecond < 1 || maxPerSecond > mostPerSecond)
    throw badInput('maxPerSecond', `must lie between 1 and ${mostPerSecond}`);
  return maxPerSecond;
};

export const parseLetterFilter = (filter: DeadLetterFilterInput | null | undefined): LetterFilter => ({
  topic: filter?.topic == null ? undefined : parseText('filter.topic', filter.topic),
  consumer: filter?.consumer == null ? undefined : parseText('filter.consumer', filter.consumer),
  key: filter?.key == null ? undefined : parseBytes('filter.key', filter.key),
  text: filter?.text == null ? undefined : parseBytes('filter.text', filter.text, 1),
  state: filter?.state ?? undefined,
});

const mostCharacters = 1_000;

/** Text to compare with bytes that are as somebody sent them: so it is not normalised, and may be blank. */
const parseBytes = (field: string, text: string, min = 0): string => {
  checkCharacters(field, text);
  if (text.length < min) throw badInput(field, 'must not be empty');
  if (text.length > mostCharacters) throw badInput(field, `must have at most ${mostCharacters} characters`);
  return text;
};
