import pg from 'pg';
import { createPoster } from './support/http.mjs';
import { startMillrace } from './support/millrace.mjs';
import { load } from './support/rate.mjs';
import { percentile, report, spread } from './support/report.mjs';

/** How many spins a second do 64 players play; beside Postgres alone, with the rows that a spin locks, changes and adds. */
const rounds = 5;
const seconds = 10;
const players = 64;
/** As many connections as Millrace has. */
const connections = 12;

const nameOf = (player) => `player-${player}`;

const spin = (post, player) => {
  const query =
    'mutation ($playerId: ID!, $bet: Int!) { spinSlot(playerId: $playerId, bet: $bet) { payout } }';
  return post(JSON.stringify({ query, variables: { playerId: nameOf(player), bet: 10 } }));
};

const earn = (post, player) => {
  const query = `mutation ($playerId: ID!) { earnTokens(playerId: $playerId, amount: 100000000, reason: "bench") { position } }`;
  return post(JSON.stringify({ query, variables: { playerId: nameOf(player) } }));
};

const tables = ['players', 'ledger_accounts', 'ledger_entries', 'ledger_lines', 'outbox'];

const copyTables = async (pool) => {
  for (const table of tables) {
    await pool.query(`create table bench_${table} (like ${table} including all)`);
    if (['players', 'ledger_accounts'].includes(table))
      await pool.query(`insert into bench_${table} select * from ${table}`);
  }
};

const dropTables = async (pool) => {
  for (const table of tables) await pool.query(`drop table bench_${table}`);
};

/** What a lost spin does, without a program around it: two rows locked, three changed, an entry with two lines and three events added. */
const spinInPostgres = async (pool, player) => {
  const id = nameOf(player);
  const client = await pool.connect();
  try {
    await client.query('begin');
    await client.query({
      name: 'lock',
      text: `select * from bench_players p join bench_ledger_accounts wallet on wallet.account = 'player' and wallet.holder = p.id
             where p.id = $1 for update of p, wallet`,
      values: [id],
    });
    await client.query({
      name: 'change',
      text: 'update bench_players set spins = spins + 1, spent = spent + 10, version = version + 1, updated_at = now() where id = $1',
      values: [id],
    });
    await client.query({
      name: 'post',
      text: `with entries as (
               insert into bench_ledger_entries (id, player_id, type, reason, caused_by, occurred_at)
               values ($1, $2, 'TOKENS_SPENT', 'Slot spin', $4, now())),
             lines as (
               insert into bench_ledger_lines (entry_id, n, account, holder, amount)
               values ($1, 0, 'player', $2, -10), ($1, 1, 'slots', $3, 10)
               returning account, holder, amount)
             update bench_ledger_accounts a set balance = a.balance + lines.amount
             from lines where a.account = lines.account and a.holder = lines.holder`,
      values: [crypto.randomUUID(), id, String(player), crypto.randomUUID()],
    });
    await client.query({
      name: 'events',
      text: `insert into bench_outbox (topic, key, hash, value, headers)
             select 'bench', convert_to($1, 'UTF8'), n, convert_to(repeat('x', 350), 'UTF8'), '{"ce_id": "a", "ce_type": "b"}'
             from generate_series(1, 3) as n`,
      values: [id],
    });
    await client.query('commit');
  } finally {
    client.release();
  }
};

const millrace = await startMillrace();
const pool = new pg.Pool({ connectionString: millrace.databaseUrl, max: connections });
try {
  const post = createPoster(millrace.url, players);
  await Promise.all(Array.from({ length: players }, (_, player) => earn(post, player)));
  await load(players, seconds, (player) => spin(post, player));
  const [bare, spins] = [[], []];
  for (let round = 0; round < rounds; round += 1) {
    await copyTables(pool);
    bare.push(await load(players, seconds, (player) => spinInPostgres(pool, player)));
    await dropTables(pool);
    spins.push(await load(players, seconds, (player) => spin(post, player)));
  }
  const { rows } = await pool.query('select sum(balance)::bigint as sum from ledger_accounts');
  const row = (what, results) => [
    what,
    spread(
      results.map(({ rate }) => rate),
      0,
    ),
    ...[0.5, 0.99].map((p) => spread(results.map(({ latencies }) => percentile(latencies, p)))),
    spread(
      results.map(({ rate }, n) => rate / bare[n].rate),
      2,
    ),
  ];
  report('casino', {
    command: 'npm run bench casino',
    notes: `Spins a second by ${players} players, median of ${rounds} rounds of ${seconds} s (least to most). The sum of all accounts was ${rows[0].sum} at the end.`,
    columns: ['what', 'spins/s', 'p50, ms', 'p99, ms', 'of Postgres alone'],
    rows: [row('limit: Postgres alone, the same rows', bare), row('spinSlot', spins)],
  });
} finally {
  await pool.end();
  await millrace.stop();
}
