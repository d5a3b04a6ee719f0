import { UnparseableEvent } from '../events/envelope.js';
import {
  casinoFactTopics,
  factTopicOf,
  type CasinoAction,
  type CasinoActionEvent,
} from '../events/casino.js';
import type { Transaction } from '../postgres/database.js';
import { claimFacts } from '../postgres/facts.js';

const topicOf = ({ type }: CasinoAction): string => factTopicOf[type].name;

/** Pure: each id of a topic once, the first. */
export const foldCasinoFacts = (events: readonly CasinoActionEvent[]): CasinoAction[] => {
  const facts = new Map<string, CasinoAction>();
  for (const { data } of events) {
    const key = `${topicOf(data)} ${data.id}`;
    if (!facts.has(key)) facts.set(key, data);
  }
  return [...facts.values()];
};

const topicNames = casinoFactTopics.map(({ name }) => name).toSorted();

/** Those that `stream` had not seen; from now on it has. */
export const claimCasinoFacts = async (
  tx: Transaction,
  stream: string,
  facts: readonly CasinoAction[],
): Promise<CasinoAction[]> => {
  const byTopic = topicNames.flatMap((topic) => {
    const ids = facts.filter((fact) => topicOf(fact) === topic).map(({ id }) => id);
    return ids.length > 0 ? [{ topic, ids }] : [];
  });
  // Sent in this order, without waiting in between.
  const claimed = await Promise.all(byTopic.map(({ topic, ids }) => claimFacts(tx, stream, topic, ids)));
  const fresh = new Map(byTopic.map(({ topic }, n) => [topic, claimed[n]]));
  return facts.filter((fact) => fresh.get(topicOf(fact))?.has(fact.id));
};

/** In their order. */
export const byPlayer = <E>(events: readonly E[], playerOf: (event: E) => string): Map<string, E[]> => {
  const players = new Map<string, E[]>();
  for (const event of events) {
    const own = players.get(playerOf(event));
    if (own) own.push(event);
    else players.set(playerOf(event), [event]);
  }
  return players;
};

export const playerOf = ({ playerId }: { readonly playerId: string }): string => playerId;

/**
 * Nobody is told of who is not there: the mutation refuses it, and what comes past it is no action.
 * @throws UnparseableEvent
 */
export const checkPlayers = (
  facts: ReadonlyMap<string, readonly CasinoAction[]>,
  players: readonly { readonly id: string }[],
): void => {
  if (players.length < facts.size) throw new UnparseableEvent('there is no player with the id playerId');
};
