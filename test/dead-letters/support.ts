import { randomUUID } from 'node:crypto';
import type { TestDatabase } from '../support/database.js';
import type { TestClient } from '../support/graphql.js';

/** A letter as a test puts it into the database; what is left out does not matter to it. */
export interface Letter {
  readonly id?: string;
  readonly consumer?: string;
  readonly topic?: string;
  readonly key?: Buffer | string | null;
  readonly value?: Buffer | string | null;
  readonly headers?: Readonly<Record<string, string>>;
  readonly errorClass?: string;
  readonly error?: string;
  readonly state?: string;
  readonly failedAt?: string;
  readonly history?: readonly object[];
}

let lastOffset = 0;

/** @returns the ids, in their order */
export const insertLetters = async (
  database: TestDatabase,
  letters: readonly Letter[],
): Promise<string[]> => {
  const rows = letters.map((letter) => ({ ...letter, id: letter.id ?? randomUUID() }));
  const bytes = (given: Buffer | string | null | undefined) => (given == null ? null : Buffer.from(given));
  const of = (pick: (row: Letter) => unknown) => rows.map(pick);
  await database.query(
    `insert into dead_letters (id, consumer, topic, partition, "offset", type, key, value, headers, error_class, error, state, failed_at,
       history, attempts)
     select id, consumer, topic, 0, "offset", 'order.created', key, value, headers, error_class, error, state,
       coalesce(failed_at, now()), history, greatest(jsonb_array_length(history), 1)
     from unnest($1::uuid[], $2::text[], $3::text[], $4::bigint[], $5::bytea[], $6::bytea[], $7::jsonb[], $8::text[], $9::text[],
                 $10::text[], $11::timestamptz[], $12::jsonb[])
       as l (id, consumer, topic, "offset", key, value, headers, error_class, error, state, failed_at, history)`,
    [
      rows.map(({ id }) => id),
      of(({ consumer }) => consumer ?? 'tested'),
      of(({ topic }) => topic ?? 'order.events.v1'),
      of(() => (lastOffset += 1)),
      of(({ key }) => bytes(key)),
      of(({ value }) => bytes(value)),
      of(({ headers }) => JSON.stringify(headers ?? {})),
      of(({ errorClass }) => errorClass ?? 'Error'),
      of(({ error }) => error ?? 'broken'),
      of(({ state }) => state ?? 'PENDING'),
      of(({ failedAt }) => failedAt ?? null),
      of(({ history }) => JSON.stringify(history ?? [])),
    ],
  );
  return rows.map(({ id }) => id);
};

/** Lets records wait behind a letter, in this order. */
export const insertBehind = async (
  database: TestDatabase,
  letter: string,
  values: readonly (Buffer | string)[],
): Promise<void> => {
  await database.query(
    `with queue as (
       insert into consumer_queues (consumer, topic, key, letter) select consumer, topic, id::text::bytea, id from dead_letters where id = $1
       returning id)
     insert into consumer_waiting (queue, partition, "offset", recorded_at, key, value, headers)
     select queue.id, 2, 100 + n, '2026-01-31T09:30:00Z', 'key', value, '{"ce_id": "waiting"}'
     from queue cross join unnest($2::bytea[]) with ordinality as w (value, n) order by n`,
    [letter, values.map((value) => Buffer.from(value))],
  );
};

export interface LetterAnswer {
  readonly id: string;
  readonly topic: string;
  readonly partition: number;
  readonly offset: string;
  readonly key: string | null;
  readonly value: string | null;
  readonly headers: Readonly<Record<string, string>> | null;
  readonly encoding: string;
  readonly consumer: string;
  readonly error: string;
  readonly attempts: number;
  readonly state: string;
  readonly reason: string | null;
  readonly behind: number;
  readonly history: readonly { readonly at: string; readonly by: string; readonly error: string | null }[];
  readonly failedAt: string;
}

/** Without history, which would make a page cost too much. */
const listedFields =
  'id topic partition offset key value headers encoding consumer error attempts state reason behind failedAt';
const letterFields = `{ ${listedFields} history { at by error } }`;

export interface Page {
  readonly nodes: readonly Omit<LetterAnswer, 'history'>[];
  readonly edges: readonly { readonly cursor: string; readonly node: { readonly id: string } }[];
  readonly pageInfo: { readonly hasNextPage: boolean; readonly endCursor: string | null };
  readonly totalCount: number;
}

export const lettersQuery = `query ($filter: DeadLetterFilter, $first: Int, $after: String) {
  deadLetters(filter: $filter, first: $first, after: $after) {
    nodes { ${listedFields} } edges { cursor node { id } } pageInfo { hasNextPage endCursor } totalCount
  }
}`;

export const page = async (client: TestClient, variables: object = {}): Promise<Page> =>
  (await client.data<{ deadLetters: Page }>(lettersQuery, variables)).deadLetters;

export const letterQuery = `query ($id: ID!) { deadLetter(id: $id) ${letterFields} }`;

export const readLetter = async (client: TestClient, id: string): Promise<LetterAnswer | null> =>
  (await client.data<{ deadLetter: LetterAnswer | null }>(letterQuery, { id })).deadLetter;

export interface Redrive {
  readonly matched: number;
  readonly redriven: number;
  readonly dryRun: boolean;
}

export const redriveMutation = `mutation ($ids: [ID!], $filter: DeadLetterFilter, $dryRun: Boolean, $maxPerSecond: Int) {
  redriveDeadLetters(ids: $ids, filter: $filter, dryRun: $dryRun, maxPerSecond: $maxPerSecond) { matched redriven dryRun }
}`;

export const redrive = async (client: TestClient, variables: object): Promise<Redrive> =>
  (await client.data<{ redriveDeadLetters: Redrive }>(redriveMutation, variables)).redriveDeadLetters;

export const discardMutation =
  'mutation ($ids: [ID!]!, $reason: String!) { discardDeadLetters(ids: $ids, reason: $reason) }';

export const discard = async (client: TestClient, ids: readonly string[], reason: string): Promise<number> =>
  (await client.data<{ discardDeadLetters: number }>(discardMutation, { ids, reason })).discardDeadLetters;

export const lettersSubscription = `subscription ($filter: DeadLetterFilter) { deadLetters(filter: $filter) ${letterFields} }`;

/** Rows of all that an operator may write. */
export const countRows = async (database: TestDatabase): Promise<Record<string, number>> => {
  const [row] = await database.query<Record<string, number>>(
    `select (select count(*) from dead_letters)::int as letters,
       (select count(*) from dead_letters where state = 'PENDING' and redrive_at is null)::int as pending,
       (select count(*) from outbox where topic = 'dead-letter.v1')::int as outbox,
       (select count(*) from audit)::int as audit`,
  );
  return row ?? {};
};
