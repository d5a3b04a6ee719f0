import type { Player, TokenMovement } from '../events/casino.js';
import type { Transaction } from '../postgres/database.js';
import { findEntries, postEntries } from '../postgres/ledger.js';
import { insertPlayers, lockPlayers } from '../postgres/players.js';
import { move, newPlayer } from './casino-turns.js';

/**
 * Adds the entries that the ledger lacks, oldest first. Where the log has lost earlier ones of a player, an entry against issuance takes the
 * wallet to the balance that the newest tells.
 */
export const restoreEntries = async (tx: Transaction, movements: readonly TokenMovement[]): Promise<void> => {
  const known = await findEntries(
    tx,
    movements.map(({ id }) => id),
  );
  const missing = movements.filter(({ id }) => !known.has(id));
  if (missing.length === 0) return;
  const newest = new Map(missing.map((movement) => [movement.playerId, movement]));
  await insertPlayers(
    tx,
    [...newest.values()].map(({ playerId, occurredAt }) => newPlayer(playerId, null, occurredAt)),
  );
  const sums = new Map<string, number>();
  for (const { playerId, lines } of missing)
    for (const { account, amount } of lines)
      if (account === 'player') sums.set(playerId, (sums.get(playerId) ?? 0) + amount);
  const players = await lockPlayers(tx, [...newest.keys()]);
  await postEntries(tx, [
    ...missing,
    ...players.flatMap((player) => correction(player, sums.get(player.id) ?? 0, newest.get(player.id))),
  ]);
};

const correction = (player: Player, received: number, newest: TokenMovement | undefined): TokenMovement[] => {
  const lost = newest ? newest.balance - player.tokens - received : 0;
  if (!newest || lost === 0) return [];
  const { movement } = move(player, {
    type: lost > 0 ? 'TOKENS_EARNED' : 'TOKENS_SPENT',
    account: 'issuance',
    amount: Math.abs(lost),
    reason: 'Restored: earlier entries are lost',
    causedBy: null,
    occurredAt: newest.occurredAt,
  });
  return [movement];
};
