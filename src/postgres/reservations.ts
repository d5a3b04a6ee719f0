import type { Queryable } from './database.js';

interface Claimed {
  readonly eventId: string;
  readonly claim: number;
}

const columns = (claimed: readonly Claimed[]): unknown[] => [
  claimed.map(({ eventId }) => eventId),
  claimed.map(({ claim }) => claim),
];

/** Holds what is free, expired, or held by a claim that is not higher. @returns the ids that are held now */
export const holdReservations = async (
  db: Queryable,
  consumer: string,
  claimed: readonly Claimed[],
  leaseMs: number,
): Promise<Set<string>> => {
  const rows = await db.query<{ id: string }>(
    `insert into reservations as r (consumer, event_id, claim, expires_at)
     select $1, event_id, claim, now() + $4 * interval '1 ms'
     from (select event_id, max(claim) as claim from unnest($2::text[], $3::bigint[]) as c (event_id, claim) group by 1) as c
     order by event_id
     on conflict (consumer, event_id) do update set claim = excluded.claim, expires_at = excluded.expires_at
     where r.claim <= excluded.claim or r.expires_at < now()
     returning event_id as id`,
    [consumer, ...columns(claimed), leaseMs],
  );
  return new Set(rows.map(({ id }) => id));
};

/** Gives up what these claims still hold. */
export const dropReservations = async (
  db: Queryable,
  consumer: string,
  claimed: readonly Claimed[],
): Promise<void> => {
  await db.query(
    `delete from reservations r using unnest($2::text[], $3::bigint[]) as c (event_id, claim)
     where r.consumer = $1 and r.event_id = c.event_id and r.claim = c.claim`,
    [consumer, ...columns(claimed)],
  );
};

export const expireReservations = async (db: Queryable): Promise<void> => {
  await db.query('delete from reservations where expires_at < now()');
};
