import type { CasinoAction, Session } from '../events/casino.js';

/** A session without LOGOUT ends so long after its LOGIN. */
export const longestSessionMs = 24 * 60 * 60_000;

export const noSession = (playerId: string): Session => ({
  playerId,
  loginId: null,
  loginAt: null,
  logoutAt: null,
  remindAt: null,
});

/** A LOGIN begins a session anew. Of one that comes late no reminder follows that was due before `nowMs`. */
export const withVisits = (
  session: Session,
  visits: readonly CasinoAction[],
  nowMs: number,
  everyMs: number,
): Session => {
  const next = visits.reduce(withVisit, session);
  if (next.loginAt === null || isNewer(next.logoutAt, next.loginAt) || next.logoutAt === next.loginAt)
    return { ...next, remindAt: null };
  return next.loginAt === session.loginAt
    ? next
    : { ...next, remindAt: reminderAfter(next.loginAt, nowMs, everyMs) };
};

const withVisit = (session: Session, { type, id, occurredAt }: CasinoAction): Session => {
  if (type === 'LOGIN' && isNewer(occurredAt, session.loginAt))
    return { ...session, loginId: id, loginAt: occurredAt };
  if (type === 'LOGOUT' && isNewer(occurredAt, session.logoutAt)) return { ...session, logoutAt: occurredAt };
  return session;
};

const isNewer = (time: string | null, than: string | null): boolean =>
  time !== null && (than === null || Date.parse(time) > Date.parse(than));

/** The first that is due behind `afterMs`; null behind the session's end. */
const reminderAfter = (loginAt: string, afterMs: number, everyMs: number): string | null => {
  const begunMs = Date.parse(loginAt);
  const count = Math.max(0, Math.floor((afterMs - begunMs) / everyMs)) + 1;
  return count * everyMs > longestSessionMs ? null : new Date(begunMs + count * everyMs).toISOString();
};

interface Reminder {
  readonly playerId: string;
  /** Of the LOGIN. */
  readonly causedBy: string;
  readonly occurredAt: string;
  /** Of this session, this one counted. */
  readonly count: number;
  readonly minutes: number;
}

/** The reminder that is due, and the session behind it. */
export const remind = (
  session: Session,
  everyMs: number,
): { readonly session: Session; readonly reminder: Reminder | undefined } => {
  const { playerId, loginId, loginAt, remindAt } = session;
  if (loginId === null || loginAt === null || remindAt === null) return { session, reminder: undefined };
  const dueMs = Date.parse(remindAt);
  const playedMs = dueMs - Date.parse(loginAt);
  return {
    session: { ...session, remindAt: reminderAfter(loginAt, dueMs, everyMs) },
    reminder: {
      playerId,
      causedBy: loginId,
      occurredAt: remindAt,
      count: Math.max(1, Math.round(playedMs / everyMs)),
      minutes: Math.round(playedMs / 60_000),
    },
  };
};
