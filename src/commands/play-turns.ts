import { randomUUID } from 'node:crypto';
import { asError, notFound } from '../errors.js';
import { playerChanged, type Player } from '../events/casino.js';
import { dayOf } from '../games/age.js';
import { asOf } from '../games/spending.js';
import type { Written } from '../postgres/consistency.js';
import { Last, type Transaction } from '../postgres/database.js';
import type { KeyUse } from '../postgres/idempotency.js';
import { postEntries } from '../postgres/ledger.js';
import { appendEvents, type OutgoingEvent } from '../postgres/outbox.js';
import { insertPlayers, lockPlayers, updatePlayers } from '../postgres/players.js';
import { gameEvent, newPlayer, settle, type Played, type Settled } from './casino-turns.js';
import { storeKeyedAnswers, withoutUsedKeys } from './idempotency.js';

/** A turn that a player wants to take. */
export interface Call {
  readonly playerId: string;
  readonly use: KeyUse | undefined;
  /**
   * Given the player as of today. It may be called more than once: what is left to chance is drawn before, so that nothing is rolled again.
   * @throws MillraceError which refuses this turn alone
   */
  readonly take: (player: Player, time: string) => Played<object>;
  /** Whether it adds a player that is unknown. Default false. */
  readonly registers?: boolean;
}

/** What one transaction did for one call; kept with its idempotency key. */
interface Answer {
  readonly entity: { readonly player: Player };
  readonly written: Written;
}

export type Outcome = Answer & { readonly replayed: boolean };

type Outcomes = Map<Call, Outcome | Error>;

/** Takes turns of different players in one transaction. @returns what became of each */
export const playInTransaction = async (
  tx: Transaction,
  calls: readonly Call[],
  time: string,
): Promise<Outcomes | Last<Outcomes>> => {
  const outcomes: Outcomes = new Map();
  const fresh = await withoutUsedKeys(tx, calls, outcomes);
  if (fresh.length === 0) return outcomes;
  const players = await registerAndLock(tx, fresh, time);
  const turns = new Map<Call, Taken>();
  for (const call of fresh)
    try {
      turns.set(call, take(call, players, time));
    } catch (error) {
      outcomes.set(call, asError(error));
    }
  const keep = () => storeKeyedAnswers(tx, fresh, outcomes);
  if (turns.size === 0) return new Last(keep().then(() => outcomes));
  const taken = [...turns.values()];
  const changed = Promise.all([
    appendEvents(
      tx,
      taken.flatMap(({ events }) => events),
    ),
    updatePlayers(
      tx,
      taken.map(({ player }) => player),
    ),
  ]).then(([ids]) => answer(turns, ids, outcomes));
  if (fresh.some(({ use }) => use)) await changed;
  // The stripes, which others wait for, are locked by what COMMIT goes out with.
  const posted = postEntries(
    tx,
    taken.flatMap(({ movements }) => movements),
  );
  return new Last(Promise.all([changed, posted, keep()]).then(() => outcomes));
};

interface Locked {
  readonly players: ReadonlyMap<string, Player>;
  /** The ids of those that are new. */
  readonly added: ReadonlySet<string>;
}

const registerAndLock = async (tx: Transaction, calls: readonly Call[], time: string): Promise<Locked> => {
  const newcomers = calls
    .filter(({ registers }) => registers)
    .map(({ playerId }) => newPlayer(playerId, null, time));
  const [added, players] = await Promise.all([
    newcomers.length > 0 ? insertPlayers(tx, newcomers) : [],
    lockPlayers(
      tx,
      calls.map(({ playerId }) => playerId),
    ),
  ]);
  return { players: new Map(players.map((player) => [player.id, player])), added: new Set(added) };
};

interface Taken extends Settled {
  readonly result: object;
}

/** @throws MillraceError NOT_FOUND, and what the call throws */
const take = (call: Call, { players, added }: Locked, time: string): Taken => {
  const player = players.get(call.playerId);
  if (!player) throw unknownPlayer(call.playerId);
  const turn = call.take(asOf(player, dayOf(time)), time);
  const { events, ...settled } = settle(turn, time);
  const before = added.has(player.id) ? registrationOf(player) : [];
  return { ...settled, events: [...before, ...events], result: turn.result };
};

/** `ids` are those of the events of all turns, one behind the other. */
const answer = (turns: ReadonlyMap<Call, Taken>, ids: readonly number[], outcomes: Outcomes): void => {
  let at = 0;
  for (const [call, { player, events, result }] of turns) {
    const written = { ids: ids.slice(at, (at += events.length)) };
    outcomes.set(call, { entity: { ...result, player }, written, replayed: false });
  }
};

export const unknownPlayer = (id: string) => notFound(`playerId: there is no player with the id ${id}.`);

/** What tells of a player that was added. */
export const registrationOf = (player: Player): OutgoingEvent[] => {
  const { id, createdAt } = player;
  const registered = { type: 'PLAYER_REGISTERED', playerId: id, occurredAt: createdAt } as const;
  return [gameEvent({ id: randomUUID(), data: registered }), playerChanged(player)];
};
