import type { Session } from '../events/casino.js';
import type { Transaction } from './database.js';

const columns = `player_id as "playerId", login_id as "loginId", login_at as "loginAt", logout_at as "logoutAt", remind_at as "remindAt"`;

/** Those that are there, locked in the order of the players' ids. */
export const lockSessions = (tx: Transaction, playerIds: readonly string[]): Promise<Session[]> =>
  tx.query<Session>(
    `select ${columns} from casino_sessions where player_id = any($1::text[]) order by player_id for update`,
    [playerIds],
  );

/** Some with a reminder that is due at `now`, locked; what somebody else holds is due again later. */
export const lockDueSessions = (tx: Transaction, now: string, most: number): Promise<Session[]> =>
  tx.query<Session>(
    `select ${columns} from casino_sessions where remind_at <= $1 order by remind_at limit $2 for update skip locked`,
    [now, most],
  );

/** The caller holds the players, or the rows. */
export const writeSessions = async (tx: Transaction, sessions: readonly Session[]): Promise<void> => {
  await tx.query(
    `insert into casino_sessions (player_id, login_id, login_at, logout_at, remind_at)
     select * from unnest($1::text[], $2::uuid[], $3::timestamptz[], $4::timestamptz[], $5::timestamptz[])
     on conflict (player_id) do update set login_id = excluded.login_id, login_at = excluded.login_at,
       logout_at = excluded.logout_at, remind_at = excluded.remind_at`,
    [
      sessions.map(({ playerId }) => playerId),
      sessions.map(({ loginId }) => loginId),
      sessions.map(({ loginAt }) => loginAt),
      sessions.map(({ logoutAt }) => logoutAt),
      sessions.map(({ remindAt }) => remindAt),
    ],
  );
};
