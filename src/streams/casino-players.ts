import {
  casinoFactTopics,
  feedbackGiven,
  parseCasinoAction,
  playerChanged,
  type CasinoAction,
  type CasinoActionEvent,
  type Feedback,
  type Player,
} from '../events/casino.js';
import { tellProgress, tellSession } from '../games/feedback.js';
import { levelOf, tierOf } from '../games/progress.js';
import { noSession, remind, withVisits } from '../games/sessions.js';
import { lockDueSessions, lockSessions, writeSessions } from '../postgres/casino-sessions.js';
import type { Transaction } from '../postgres/database.js';
import type { OutgoingEvent } from '../postgres/outbox.js';
import { lockPlayers, updatePlayers } from '../postgres/players.js';
import { byPlayer, checkPlayers, claimCasinoFacts, foldCasinoFacts, playerOf } from './casino-facts.js';
import type { Stream } from './stream.js';

export interface CasinoPlayersOptions {
  readonly sessionReminderMinutes: number;
  /** Milliseconds since 1970. */
  readonly now: () => number;
}

const name = 'casino-players';
/** Each brings one reminder at a time. */
const mostSessionsAtOnce = 1_000;

/** Pure: a player with what it did added, and what it is told of it. */
export const addProgress = (
  player: Player,
  facts: readonly CasinoAction[],
): { readonly player: Player; readonly feedback: readonly Feedback[] } => {
  let now = player;
  const feedback: Feedback[] = [];
  for (const fact of facts) {
    const before = now;
    now = withPoints(before, fact);
    const { playerId, id: causedBy, occurredAt } = fact;
    for (const told of tellProgress(before, now)) feedback.push({ ...told, playerId, causedBy, occurredAt });
  }
  return { player: now, feedback };
};

const withPoints = (player: Player, { type, amount }: CasinoAction): Player => {
  if (type === 'BATTLE_PASS_PROGRESS') {
    const battlePassXp = player.battlePassXp + (amount ?? 0);
    return { ...player, battlePassXp, battlePassLevel: levelOf(battlePassXp) };
  }
  if (type === 'VIP_EVENT') {
    const vipPoints = player.vipPoints + (amount ?? 0);
    return { ...player, vipPoints, vipTier: tierOf(vipPoints) };
  }
  return player;
};

/** What players do beside the games: progress, sessions, and the reminders of the time that sessions last. */
export const createCasinoPlayers = ({
  sessionReminderMinutes,
  now,
}: CasinoPlayersOptions): Stream<CasinoActionEvent, readonly CasinoAction[]> => {
  const reminderMs = sessionReminderMinutes * 60_000;

  const write = async (tx: Transaction, facts: readonly CasinoAction[]): Promise<OutgoingEvent[]> => {
    const fresh = await claimCasinoFacts(tx, name, facts);
    if (fresh.length === 0) return [];
    const told = byPlayer(fresh, playerOf);
    const players = await lockPlayers(tx, [...told.keys()]);
    checkPlayers(told, players);
    await writeVisits(
      tx,
      fresh.filter(({ type }) => type === 'LOGIN' || type === 'LOGOUT'),
    );
    const updatedAt = new Date(now()).toISOString();
    const moved = players.flatMap((player) => {
      const { player: next, feedback } = addProgress(player, told.get(player.id) ?? []);
      return next === player
        ? []
        : [{ player: { ...next, version: player.version + 1, updatedAt }, feedback }];
    });
    if (moved.length === 0) return [];
    await updatePlayers(
      tx,
      moved.map(({ player }) => player),
    );
    return moved.flatMap(({ player, feedback }) => [playerChanged(player), ...feedback.map(feedbackGiven)]);
  };

  const writeVisits = async (tx: Transaction, visits: readonly CasinoAction[]): Promise<void> => {
    if (visits.length === 0) return;
    const told = byPlayer(visits, playerOf);
    const found = await lockSessions(tx, [...told.keys()]);
    const sessions = new Map(found.map((session) => [session.playerId, session]));
    await writeSessions(
      tx,
      [...told].map(([id, own]) => withVisits(sessions.get(id) ?? noSession(id), own, now(), reminderMs)),
    );
  };

  /** The next reminder moves on in the transaction that gives this one, so each is given once. */
  const settle = async (tx: Transaction): Promise<OutgoingEvent[]> => {
    const due = await lockDueSessions(tx, new Date(now()).toISOString(), mostSessionsAtOnce);
    if (due.length === 0) return [];
    const reminded = due.map((session) => remind(session, reminderMs));
    await writeSessions(
      tx,
      reminded.map(({ session }) => session),
    );
    return reminded.flatMap(({ reminder }) => {
      if (!reminder) return [];
      const { count, minutes, ...given } = reminder;
      return [feedbackGiven({ ...given, ...tellSession(count, minutes) })];
    });
  };

  return {
    name,
    topics: casinoFactTopics,
    parse: parseCasinoAction,
    fold: foldCasinoFacts,
    write,
    settle,
  };
};
