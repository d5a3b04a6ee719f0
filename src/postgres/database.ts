import type { Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import type { Logger } from 'pino';
import { MillraceError, unavailable } from '../errors.js';
import { UnparseableEvent } from '../events/envelope.js';

/** Runs one statement. Rows come with bigint as number, numeric as text and times as ISO 8601 in UTC with milliseconds. */
export interface Queryable {
  query<Row extends object = Record<string, unknown>>(
    sql: string,
    values?: readonly unknown[],
  ): Promise<Row[]>;
}

export interface Transaction extends Queryable {
  /** Its id, once a statement answered it: with it a lost answer of COMMIT is found out. */
  id: string | undefined;
  /** Why a statement failed. Of those that are sent together, one behind the refused one may be heard of first. */
  reasonOf(error: unknown): unknown;
}

const ignore = (): void => {};

/** What the work of a transaction may answer: its last statements are on their way already, and COMMIT goes out with them. */
export class Last<T> {
  constructor(readonly answer: Promise<T>) {
    answer.catch(ignore);
  }
}

export interface Database extends Queryable {
  /**
   * Runs `work` in one transaction, again when Postgres asks for it (deadlock, serialisation), at most 5 times.
   * @throws MillraceError UNAVAILABLE when nothing was written; CommitUnknown when that cannot be told
   */
  transaction<T>(work: (tx: Transaction) => Promise<T | Last<T>>): Promise<T>;
  /** A connection of its own, for session locks and LISTEN; the caller ends it. */
  connect(): Promise<pg.Client>;
  stop(): Promise<void>;
}

/** Runs `work` so that what it wrote can be taken back alone: when it throws, the transaction goes on without it. @throws why it failed */
export const inSavepoint = async <T>(tx: Transaction, work: () => Promise<T>): Promise<T> => {
  await tx.query('savepoint one');
  try {
    const result = await work();
    await tx.query('release savepoint one');
    return result;
  } catch (error) {
    await tx.query('rollback to savepoint one');
    throw tx.reasonOf(error);
  }
};

/** The answer of COMMIT was lost and could not be found out. */
export class CommitUnknown extends Error {
  constructor(cause: unknown) {
    super('the answer of COMMIT was lost', { cause });
    this.name = 'CommitUnknown';
  }
}

export interface DatabaseOptions {
  readonly url: string;
  readonly logger: Logger;
  readonly poolSize: number;
  readonly statementTimeoutMs: number;
  /** After so long without a statement a transaction is rolled back, as its process is paused or gone. Default 10 s. */
  readonly idleInTransactionTimeoutMs?: number;
}

const connectTimeoutMs = 3_000;
const lockTimeoutMs = 2_000;
/** Postgres ends a late statement itself; when not even that is heard, it does not answer any more. */
const unansweredMs = 1_000;
/** BEGIN waits for nothing, so no answer within this time means that Postgres is away. */
const beginTimeoutMs = 1_500;
const mostTries = 5;
const askAgainMs = 2_000;

/** Connects at first use. */
export const createDatabase = ({
  url,
  logger,
  poolSize,
  statementTimeoutMs,
  idleInTransactionTimeoutMs = 10_000,
}: DatabaseOptions): Database => {
  const connection: pg.ClientConfig = {
    connectionString: url,
    connectionTimeoutMillis: connectTimeoutMs,
    keepAlive: true,
    // Statements that do not wait for each other's answers are sent in one go.
    pipeline: true,
    query_timeout: statementTimeoutMs + unansweredMs,
    application_name: 'millrace',
    types: { getTypeParser },
    options: [
      `-c statement_timeout=${statementTimeoutMs}`,
      `-c lock_timeout=${lockTimeoutMs}`,
      `-c idle_in_transaction_session_timeout=${idleInTransactionTimeoutMs}`,
      '-c timezone=UTC -c datestyle=ISO -c jit=off',
    ].join(' '),
  };
  const pool = new pg.Pool({ ...connection, max: poolSize, idleTimeoutMillis: 30_000 });
  // Without a listener a connection that dies while idle ends the process.
  pool.on('error', (error) => logger.debug({ err: error }, 'a pooled connection to Postgres was lost'));

  const checkOut = async (): Promise<pg.PoolClient> => {
    try {
      const client = await pool.connect();
      client.on('error', ignore);
      return client;
    } catch (error) {
      throw unavailable('The database is away; nothing was written. Try again soon.', error);
    }
  };

  const use = async <T>(work: (client: pg.PoolClient) => Promise<T>): Promise<T> => {
    const client = await checkOut();
    let broken = false;
    try {
      return await work(client);
    } catch (error) {
      broken = isConnectionLost(error);
      throw error;
    } finally {
      client.removeListener('error', ignore);
      client.release(broken);
    }
  };

  const once = <T>(work: (tx: Transaction) => Promise<T | Last<T>>): Promise<T> =>
    use(async (client) => {
      /** The last that Postgres refused for its own sake. */
      let refusal: unknown;
      const tx: Transaction = {
        id: undefined,
        query: <Row extends object>(sql: string, values?: readonly unknown[]) =>
          run<Row>(client, sql, values).catch((error: unknown) => {
            if (!isAborted(error)) refusal = error;
            throw error;
          }),
        reasonOf: (error) => (isAborted(error) ? (refusal ?? error) : error),
      };
      let done: T | Last<T>;
      try {
        // Not waited for: it goes out together with the first statement.
        const begun = begin(client);
        begun.catch(ignore);
        done = await work(tx);
        // COMMIT waits for this answer: when Postgres is away, nothing was committed for sure.
        await begun;
      } catch (error) {
        if (!isConnectionLost(error)) await client.query('rollback').catch(ignore);
        throw asUnavailable(tx.reasonOf(error));
      }
      const committed = commit(client);
      committed.catch(ignore);
      try {
        // A last statement that fails makes Postgres answer COMMIT with ROLLBACK: its error tells why.
        const result = done instanceof Last ? await done.answer : done;
        await committed;
        return result;
      } catch (error) {
        await committed.catch(ignore);
        if (!isConnectionLost(error)) throw asUnavailable(tx.reasonOf(error));
        if (!(await isCommitted(tx.id, error)))
          throw unavailable('The database went away; nothing was written.', error);
        if (done instanceof Last) throw new CommitUnknown(error);
        return done;
      }
    });

  /** Asks a new connection what became of transaction `id`, for a while. */
  const isCommitted = async (id: string | undefined, cause: unknown): Promise<boolean> => {
    const until = Date.now() + askAgainMs;
    while (id !== undefined && Date.now() < until) {
      const status = await pool
        .query<{ status: string | null }>('select pg_xact_status($1::text::xid8) as status', [id])
        .then(({ rows }) => rows[0]?.status)
        .catch(() => 'in progress');
      if (status === 'committed' || status === 'aborted') return status === 'committed';
      if (status === null) break;
      await sleep(50);
    }
    throw new CommitUnknown(cause);
  };

  return {
    query: async <Row extends object>(sql: string, values?: readonly unknown[]) => {
      try {
        return await use((client) => run<Row>(client, sql, values));
      } catch (error) {
        throw asUnavailable(error);
      }
    },
    transaction: async (work) => {
      for (let attempt = 1; ; attempt += 1) {
        try {
          return await once(work);
        } catch (error) {
          if (attempt >= mostTries || !isConflict(error)) throw error;
          await sleep(Math.random() * 10 * 2 ** attempt);
        }
      }
    },
    connect: async () => {
      const client = new pg.Client({ ...connection, statement_timeout: 0, query_timeout: 0 });
      client.on('error', (error) => logger.debug({ err: error }, 'a connection to Postgres was lost'));
      await client.connect();
      return client;
    },
    stop: async () => {
      if (!pool.ending) await pool.end();
    },
  };
};

/** Statements are constants, so each text is prepared once per connection under a name of its own. */
const names = new Map<string, string>();

const run = async <Row extends object>(
  client: pg.ClientBase,
  sql: string,
  values?: readonly unknown[],
): Promise<Row[]> => {
  sendTogether(client);
  if (!values) return (await client.query<Row>(sql)).rows;
  let name = names.get(sql);
  if (!name) names.set(sql, (name = `s${names.size}`));
  return (await client.query<Row>({ name, text: sql, values: [...values] })).rows;
};

/** Statements of one turn of the event loop are written to the socket at once: on a busy machine each write costs a switch. */
const sendTogether = (client: pg.ClientBase): void => {
  // The types of pg do not know its connection.
  const { stream } = (client as unknown as { connection: { stream: Socket } }).connection;
  stream.cork();
  process.nextTick(() => stream.uncork());
};

/** @throws Error when Postgres rolled back instead, because a statement had failed */
const commit = async (client: pg.ClientBase): Promise<void> => {
  sendTogether(client);
  const { command } = await client.query('commit');
  if (command !== 'COMMIT') throw new Error(`the transaction ended with ${command}`);
};

/** When it is not answered in time, the connection is cut, and with it ends what was sent behind it. */
const begin = async (client: pg.ClientBase): Promise<void> => {
  // The types of pg do not know that a single statement may have it.
  const statement: pg.QueryConfig & { query_timeout: number } = {
    text: 'begin',
    query_timeout: beginTimeoutMs,
  };
  sendTogether(client);
  await client.query(statement);
};

const builtins = pg.types.builtins;

function getTypeParser(oid: number, format?: 'text' | 'binary') {
  if (oid === builtins.INT8) return Number;
  if (oid === builtins.TIMESTAMPTZ) return (text: string) => new Date(text).toISOString();
  if (oid === 1016) return (text: string) => (text === '{}' ? [] : text.slice(1, -1).split(',').map(Number));
  return pg.types.getTypeParser(oid, format);
}

const sqlState = (error: unknown): string =>
  typeof error === 'object' && error !== null && 'code' in error && typeof error.code === 'string'
    ? error.code
    : '';

/** An earlier statement of the transaction was refused. */
const isAborted = (error: unknown): boolean => sqlState(error) === '25P02';

const isConflict = (error: unknown): boolean => ['40001', '40P01'].includes(sqlState(error));

/** The connection is of no more use: socket errors, and Postgres ending it (57P0x, 25P03). */
const isConnectionLost = (error: unknown): boolean => {
  const state = sqlState(error);
  if (/^(E[A-Z]+|08|57P|25P03)/.test(state)) return true;
  return (
    error instanceof Error &&
    state === '' &&
    /connection|terminated|timeout|not queryable/i.test(error.message)
  );
};

/** Postgres cannot serve now, through no fault of the statement: away, full, out of connections, too slow. */
const isAway = (error: unknown): boolean =>
  isConnectionLost(error) || /^(53|55P03|57014|58)/.test(sqlState(error));

const asUnavailable = (error: unknown): unknown =>
  !(error instanceof MillraceError) && isAway(error)
    ? unavailable('The database is away or overloaded; nothing was written. Try again soon.', error)
    : error;

/** The event's own fault, not the machine's: it cannot be parsed, Postgres refuses its data, or the code has an error that it meets. */
export const isPoison = (error: unknown): error is Error =>
  isRefusedData(error) ||
  error instanceof UnparseableEvent ||
  error instanceof TypeError ||
  error instanceof RangeError ||
  error instanceof SyntaxError;

/** Postgres refused the data itself, and always will: values (22), constraints (23), too much for an index or a row (54). */
export const isRefusedData = (error: unknown): boolean => /^(2[23]|54)/.test(sqlState(error));

/** Whether `error` says that a row would break the named constraint or unique index. */
export const violates = (error: unknown, constraint: string): boolean =>
  typeof error === 'object' && error !== null && 'constraint' in error && error.constraint === constraint;
