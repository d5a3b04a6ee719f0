import { badInput, notFound, unavailable, type MillraceError } from '../errors.js';
import { UnreadableRecords } from '../kafka/decode.js';
import { errorType, isUnknownTopic } from '../kafka/error-type.js';
import type { FetchedBatch, Kafka, LogRecord } from '../kafka/kafka.js';
import { sizeOf } from '../record-size.js';

export interface ScanRange {
  readonly partition: number;
  readonly from: number;
  /** Behind the last offset. */
  readonly until: number;
}

export interface ScanOptions {
  readonly topic: string;
  readonly ranges: readonly ScanRange[];
  /** The newest of the ranges, or the oldest. */
  readonly newest: boolean;
  readonly first: number;
  readonly matches: (record: LogRecord) => boolean;
}

/**
 * The first or last records that match, in the order of time and, within a partition, of offsets. Ends early, with what it has, after
 * {@link mostBytes} or {@link mostMs}: what it answers has no holes.
 * @throws MillraceError NOT_FOUND, UNAVAILABLE; BAD_USER_INPUT for bytes that cannot be read
 */
export type Scan = (options: ScanOptions) => Promise<LogRecord[]>;

const mostBytes = 20 * 1024 * 1024;
const mostMs = 5_000;
const pageBytes = 512 * 1024;
/** Offsets of the newest end that are looked at first; each further look takes so many times more. */
const firstWindow = 16;
const growth = 4;

/** Reads pages until it has read enough. Undefined: no more. */
type Read = (topic: string, partition: number, offset: number) => Promise<FetchedBatch | undefined>;

export const createScan =
  (kafka: Pick<Kafka, 'fetch'>): Scan =>
  (options) => {
    const read = createRead(kafka, options.ranges.length);
    return options.newest ? scanNewest(read, options) : scanOldest(read, options);
  };

/** Pages of all partitions may be under way at once. */
const createRead = (kafka: Pick<Kafka, 'fetch'>, partitions: number): Read => {
  const until = performance.now() + mostMs;
  const most = Math.floor(Math.min(pageBytes, mostBytes / Math.max(partitions, 1)));
  let bytes = 0;
  return async (topic, partition, offset) => {
    if (bytes >= mostBytes || performance.now() >= until) return undefined;
    try {
      const batch = await kafka.fetch(topic, partition, offset, most);
      for (const record of batch.records) bytes += sizeOf(record);
      return batch.nextOffset > offset ? batch : undefined;
    } catch (error) {
      throw explain(error, `${topic}/${partition}`, offset);
    }
  };
};

const explain = (error: unknown, place: string, offset: number): MillraceError => {
  if (isUnknownTopic(error)) return notFound(`${place} is not there, or was deleted.`);
  if (errorType(error) === 'OFFSET_OUT_OF_RANGE')
    return unavailable(`Records of ${place} expired while they were read. Try again.`, error);
  if (error instanceof UnreadableRecords)
    return badInput(
      'offset',
      `${place} cannot be read at ${offset} (${error.message}): ask for what is behind it`,
    );
  return unavailable('The log does not answer now. Try again soon.', error);
};

/** Records of one partition, ahead of the reading. */
interface Lane {
  readonly partition: number;
  readonly until: number;
  next: number;
  page: LogRecord[];
}

const scanOldest = async (
  read: Read,
  { topic, ranges, first, matches }: ScanOptions,
): Promise<LogRecord[]> => {
  const lanes = ranges.map(({ partition, from, until }): Lane => ({
    partition,
    next: from,
    until,
    page: [],
  }));
  const found: LogRecord[] = [];
  while (found.length < first) {
    const filled = await Promise.all(lanes.map((lane) => fill(read, topic, lane)));
    // Whether what follows in that partition is older than the others is not known.
    if (filled.includes(false)) break;
    const record = oldest(lanes.map(({ page }) => page))?.shift();
    if (!record) break;
    if (matches(record)) found.push(record);
  }
  return found;
};

/** False when there is more in the partition that may not be read any more. */
const fill = async (read: Read, topic: string, lane: Lane): Promise<boolean> => {
  while (lane.page.length === 0 && lane.next < lane.until) {
    const batch = await read(topic, lane.partition, lane.next);
    if (!batch) return false;
    lane.page = batch.records.filter(({ offset }) => offset < lane.until);
    lane.next = batch.nextOffset;
  }
  return true;
};

/** The list whose first record is the oldest of all first ones. */
const oldest = (lists: readonly LogRecord[][]): LogRecord[] | undefined => {
  let found: LogRecord[] | undefined;
  for (const list of lists)
    if (list[0] && (!found?.[0] || list[0].timestampMs < found[0].timestampMs)) found = list;
  return found;
};

const scanNewest = async (read: Read, options: ScanOptions): Promise<LogRecord[]> => {
  const found = await Promise.all(options.ranges.map((range) => newestOf(read, options, range)));
  const merged: LogRecord[] = [];
  for (let list = oldest(found); list; list = oldest(found)) merged.push(list.shift() as LogRecord);
  return merged.slice(-options.first);
};

/** Looks back in windows that grow. One that cannot be read to its end is left out, as what follows it would be missing. */
const newestOf = async (
  read: Read,
  { topic, first, matches }: ScanOptions,
  { partition, from, until }: ScanRange,
): Promise<LogRecord[]> => {
  let found: LogRecord[] = [];
  let end = until;
  for (let window = firstWindow; found.length < first && end > from; window *= growth) {
    const begin = Math.max(from, end - window);
    const lane: Lane = { partition, next: begin, until: end, page: [] };
    const seen: LogRecord[] = [];
    while (lane.next < lane.until) {
      lane.page = [];
      if (!(await fill(read, topic, lane))) return found;
      seen.push(...lane.page.filter(matches));
    }
    found = [...seen, ...found].slice(-first);
    end = begin;
  }
  return found;
};
