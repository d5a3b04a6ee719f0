import { expect, test } from '@jest/globals';
import { eventually } from '../support/await.js';
import type { TestDatabase } from '../support/database.js';
import { startMillrace, type MillraceProcess } from '../support/process.js';
import { scale } from '../support/servers.js';
import { strikeDuring } from './faults.js';
import { createRandom, inMs, oneOf, report } from './random.js';
import { createWorld, startTraffic, verifyTraffic } from './world.js';

const pauses = scale(2, 30);
const names = ['one', 'two'] as const;

test(`a streams process that was paused ${pauses} times and revived writes nothing after its successor took over`, async () => {
  const random = createRandom('paused stream');
  const world = await createWorld();
  const gateway = await startMillrace({ env: world.env, roles: ['gateway', 'relay'] });
  await recordWrites(world.database);
  const start = (name: string): Promise<MillraceProcess> => {
    const url = new URL(world.database.url);
    url.searchParams.set('application_name', name);
    return startMillrace({ env: { ...world.env, DATABASE_URL: url.href }, roles: ['streams'] });
  };
  const workers = await Promise.all(names.map(start));
  const traffic = await startTraffic(gateway.url, random, 2);
  const takeovers: number[] = [];
  const strike = async (): Promise<void> => {
    const held = await eventually(() => fairlyShared(world.database));
    const name = oneOf(random, names);
    const paused = workers[names.indexOf(name)];
    paused?.pause();
    const begun = performance.now();
    // Load goes on, so that the successor has folded when the zombie wakes in the middle of what it was doing.
    traffic.load.allow(200);
    await eventually(() => takenOver(world.database, name, held.get(name) ?? []), { timeoutMs: 30_000 });
    takeovers.push(performance.now() - begun);
    traffic.load.allow(100);
    paused?.resume();
  };
  await strikeDuring({ load: traffic.load, random, orders: scale(600, 6_000), faults: pauses, strike });
  const found = await verifyTraffic(world, traffic);

  const writes = await readWrites(world.database);
  expect(writes.filter(({ folds }) => folds > 0).length).toBeGreaterThan(pauses);
  expect(trespasses(writes)).toEqual([]);
  const fenced = workers.map(({ output }) => output().split('another process took them over').length - 1);
  report(
    'paused stream',
    `${JSON.stringify(found)}; ${writes.length} writes, none by a predecessor; fenced in the act: ${fenced.join(' + ')}`,
  );
  report('paused stream', `from the pause to all partitions taken over: ${inMs(takeovers)}`);
}, 900_000);

/** A committed write of a position, in the order in which the row's lock was given. */
interface Write {
  readonly place: string;
  readonly process: string;
  readonly epoch: number;
  readonly epoch_before: number;
  readonly next_offset: number;
  /** How far it moved the position; 0 for a claim or a renewal. */
  readonly folds: number;
  readonly owner: string | null;
}

/** Has Postgres write down who commits what to the positions: the process is the name of its connections. */
const recordWrites = async (database: TestDatabase): Promise<void> => {
  await database.query(`
    create table test_writes (
      id bigint generated always as identity, place text, process text, epoch int, epoch_before int, next_offset int, folds int,
      owner text);
    create function test_record_write() returns trigger language plpgsql as $$
    begin
      insert into test_writes (place, process, epoch, epoch_before, next_offset, folds, owner)
      values (new.topic || '/' || new.partition, current_setting('application_name'), new.epoch, old.epoch, new.next_offset,
        new.next_offset - old.next_offset, new.owner);
      return new;
    end $$;
    create trigger test_record_write after update on positions for each row
      when (new.worker = 'order-stats') execute function test_record_write()`);
};

const readWrites = (database: TestDatabase): Promise<Write[]> =>
  database.query<Write>('select * from test_writes order by id');

/** Folds by a process that did not hold the partition, and epochs or positions that fell. */
const trespasses = (writes: readonly Write[]): Write[] => {
  const holders = new Map<string, Write>();
  const last = new Map<string, Write>();
  return writes.filter((write) => {
    const [holder, before] = [holders.get(write.place), last.get(write.place)];
    last.set(write.place, write);
    if (write.epoch > write.epoch_before) holders.set(write.place, write);
    const fell = before && (write.epoch < before.epoch || write.next_offset < before.next_offset);
    const isHolders = holder !== undefined && holder.owner !== null && holder.process === write.process;
    return write.folds < 0 || fell || (write.folds > 0 && !isHolders);
  });
};

/** Partitions by the process that holds them; undefined while one has none. */
const fairlyShared = async (database: TestDatabase): Promise<Map<string, string[]> | undefined> => {
  const held = new Map<string, string[]>();
  const rows = await database.query<Pick<Write, 'place' | 'process' | 'owner'>>(
    'select distinct on (place) place, process, owner from test_writes order by place, id desc',
  );
  for (const { place, process, owner } of rows)
    if (owner !== null) held.set(process, [...(held.get(process) ?? []), place]);
  return held.size === names.length ? held : undefined;
};

/** Another than `process` has folded in each of these partitions after its last write. */
const takenOver = async (
  database: TestDatabase,
  process: string,
  places: readonly string[],
): Promise<boolean> => {
  const rows = await database.query(
    `select distinct place from test_writes w where place = any($1) and process <> $2 and folds > 0
       and id > (select max(id) from test_writes o where o.place = w.place and o.process = $2)`,
    [places, process],
  );
  return rows.length === places.length;
};
