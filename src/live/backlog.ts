import { fetchOrPass } from '../kafka/fetch-or-pass.js';
import type { Kafka, LogRecord } from '../kafka/kafka.js';
import { sizeOf } from '../record-size.js';

/** Consecutive records of one partition: all that the log holds from offset `from` up to, not including, `nextOffset`. */
export interface Page {
  readonly from: number;
  readonly nextOffset: number;
  readonly records: readonly LogRecord[];
  /** Why there are none, where nobody can read what is there. */
  readonly fault?: Error | undefined;
}

/**
 * Reads the log for subscribers that are behind the ring. Pages are shared by all subscribers of the gateway and are its
 * only memory for them: a subscriber holds an offset, never a page.
 */
export interface Backlog {
  /** The page around `offset` if it is in memory. */
  peek(topic: string, partition: number, offset: number): Page | undefined;
  /** Fetches the page around `offset`, which the log must hold. Many callers share one fetch. @throws what Kafka threw */
  load(topic: string, partition: number, offset: number): Promise<void>;
  stats(): { readonly pages: number; readonly bytes: number; readonly fetches: number };
}

export interface BacklogOptions {
  readonly kafka: Pick<Kafka, 'fetch' | 'watermarks'>;
  /** Bytes asked for per page. Default 1 MB. */
  readonly pageBytes?: number;
  /** Where a run of pages begins: at the multiples of this, so that those who come from near offsets share it. Default 500. */
  readonly alignment?: number;
  /** Bytes of pages kept, the least recently used leave first. Default 64 MB. */
  readonly memoryBytes?: number;
  /** Fetches at a time. Default 4. */
  readonly concurrency?: number;
}

/** A page in memory, with its weight. */
interface Held extends Page {
  readonly bytes: number;
  readonly siblings: Held[];
}

export const createBacklog = ({
  kafka,
  pageBytes = 1_048_576,
  alignment = 500,
  memoryBytes = 64 * 1_048_576,
  concurrency = 4,
}: BacklogOptions): Backlog => {
  /** By partition: disjoint pages in the order of offsets. */
  const partitions = new Map<string, Held[]>();
  /** All pages, the least recently used first. */
  const byUse = new Set<Held>();
  const underWay = new Map<string, Promise<void>>();
  const limit = createLimit(concurrency);
  let bytes = 0;
  let fetches = 0;

  const pagesOf = (topic: string, partition: number): Held[] => {
    const name = `${topic}/${partition}`;
    let pages = partitions.get(name);
    if (!pages) partitions.set(name, (pages = []));
    return pages;
  };

  const drop = (page: Held): void => {
    byUse.delete(page);
    page.siblings.splice(page.siblings.indexOf(page), 1);
    bytes -= page.bytes;
  };

  const keep = (siblings: Held[], page: Page): void => {
    const held: Held = {
      ...page,
      siblings,
      bytes: page.records.reduce((sum, record) => sum + sizeOf(record), 500),
    };
    siblings.splice(
      countUpTo(siblings, page.from, (sibling) => sibling.from),
      0,
      held,
    );
    byUse.add(held);
    bytes += held.bytes;
    for (const oldest of byUse) {
      // The newest stays, however large: somebody waits for it.
      if (bytes <= memoryBytes || oldest === held) break;
      drop(oldest);
    }
  };

  /** The last page that begins at or before `offset`; it may end before it. */
  const pageBefore = (siblings: readonly Held[], offset: number): Held | undefined =>
    siblings[countUpTo(siblings, offset, (page) => page.from) - 1];

  const fetchPage = async (topic: string, partition: number, from: number): Promise<void> => {
    fetches += 1;
    const batch = await fetchOrPass(kafka, topic, partition, from, pageBytes);
    if (batch.nextOffset <= from) throw new Error(`Kafka answered nothing at ${topic}/${partition}/${from}`);
    // What other fetches have brought meanwhile is cut off, so that pages stay disjoint.
    const siblings = pagesOf(topic, partition);
    const begin = Math.max(from, pageBefore(siblings, from)?.nextOffset ?? 0);
    const next = siblings[countUpTo(siblings, begin, (page) => page.from)];
    const end = Math.min(batch.nextOffset, next?.from ?? Number.POSITIVE_INFINITY);
    if (end <= begin) return;
    const records = batch.records.filter(({ offset }) => offset >= begin && offset < end);
    keep(siblings, { fault: batch.fault, from: begin, nextOffset: end, records });
  };

  /** Like {@link fetchPage}, from where the log begins now if that is between `from` and `offset`. */
  const fetchTowards = async (
    topic: string,
    partition: number,
    from: number,
    offset: number,
  ): Promise<void> => {
    try {
      await fetchPage(topic, partition, from);
    } catch (error) {
      const earliest = (await kafka.watermarks(topic)).get(partition)?.earliest ?? 0;
      if (earliest <= from || earliest > offset) throw error;
      await fetchPage(topic, partition, earliest);
    }
  };

  const peek = (topic: string, partition: number, offset: number): Page | undefined => {
    const page = pageBefore(pagesOf(topic, partition), offset);
    if (!page || offset >= page.nextOffset) return undefined;
    byUse.delete(page);
    byUse.add(page);
    return page;
  };

  return {
    peek,
    load: async (topic, partition, offset) => {
      while (!peek(topic, partition, offset)) {
        const before = pageBefore(pagesOf(topic, partition), offset)?.nextOffset ?? 0;
        const from = Math.max(before, offset - (offset % alignment));
        const name = `${topic}/${partition}/${from}`;
        let fetching = underWay.get(name);
        if (!fetching) {
          fetching = limit(() => fetchTowards(topic, partition, from, offset)).finally(() =>
            underWay.delete(name),
          );
          underWay.set(name, fetching);
        }
        await fetching;
      }
    },
    stats: () => ({ pages: byUse.size, bytes, fetches }),
  };
};

/** How many items, in ascending order, are at or below `bound`. */
const countUpTo = <T>(items: readonly T[], bound: number, valueOf: (item: T) => number): number => {
  let low = 0;
  let high = items.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (valueOf(items[middle] as T) <= bound) low = middle + 1;
    else high = middle;
  }
  return low;
};

/** The first record of a page at or behind `offset`. */
export const recordFrom = (page: Page, offset: number): LogRecord | undefined =>
  page.records[countUpTo(page.records, offset - 1, (record) => record.offset)];

const createLimit = (concurrency: number) => {
  const queue: (() => void)[] = [];
  let running = 0;
  return async <T>(work: () => Promise<T>): Promise<T> => {
    if (running < concurrency) running += 1;
    else await new Promise<void>((resolve) => queue.push(resolve));
    try {
      return await work();
    } finally {
      const next = queue.shift();
      if (next) next();
      else running -= 1;
    }
  };
};
