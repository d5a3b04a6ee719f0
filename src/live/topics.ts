import type { Logger } from 'pino';
import type { GroupDescription, Kafka, TopicDescription } from '../kafka/kafka.js';
import { mapLimited } from '../limited.js';
import type { Database } from '../postgres/database.js';
import { listPlaces, type WorkerPlace } from '../postgres/positions.js';
import { claimObservation, dropTopicStatus, insertTopicStatus } from '../postgres/topic-status.js';
import { createPolled } from './polled.js';
import { createRates } from './rates.js';
import { createScan, type Scan } from './scan.js';
import { createTails, type Tails, type TailsOptions } from './tails.js';

/** A topic as operators see it. */
export interface TopicState extends TopicDescription {
  /** Kept, over all partitions. */
  readonly messages: number;
  readonly ratePerSecond: number | null;
}

/** A consumer group, ours or somebody else's. */
export interface GroupState {
  readonly id: string;
  readonly state: string;
  readonly members: number;
  readonly lag: number;
  readonly ratePerSecond: number | null;
  readonly topics: readonly GroupLag[];
}

export interface GroupLag {
  readonly topic: string;
  readonly partition: number;
  readonly committed: number;
  readonly earliest: number;
  readonly latest: number;
  readonly lag: number;
}

/** What operators see. Reads throw MillraceError UNAVAILABLE. */
export interface Topics {
  /** By name; those of these names that are there, or all. */
  list(names?: readonly string[]): Promise<TopicState[]>;
  /** Characters that Kafka leaves for a name. */
  readonly longestName: number;
  configs: Kafka['admin']['configs'];
  groups(): Promise<GroupState[]>;
  /** How old the oldest record is that the group has not read; null when there is none, or nobody tells. */
  lagSeconds(group: GroupState): Promise<number | null>;
  watchTopics(): AsyncIterableIterator<readonly TopicState[]>;
  watchGroups(): AsyncIterableIterator<readonly GroupState[]>;
  offsetsAt: Kafka['admin']['offsetsAt'];
  readonly scan: Scan;
  records: Tails['records'];
  /** Begins to take readings for the rates, and to store one a minute where no other gateway does. */
  start(): void;
  stop(): Promise<void>;
}

export interface TopicsOptions extends TailsOptions {
  readonly kafka: TailsOptions['kafka'] & Pick<Kafka, 'admin'>;
  readonly database: Database;
  readonly retentionDays: number;
  readonly logger: Logger;
  /** Milliseconds since 1970. */
  readonly now: () => number;
}

const pollMs = 1_000;
const readingMs = 5_000;
const observationSeconds = 60;
const lagsAtOnce = 8;

export const createTopics = (options: TopicsOptions): Topics => {
  const { kafka, database, retentionDays, logger, now } = options;
  const { admin } = kafka;
  const rates = createRates(now);
  const tails = createTails(options);

  const list = async (names?: readonly string[]): Promise<TopicState[]> =>
    (await admin.describeTopics(names)).map((topic) => ({
      ...topic,
      messages: sum(topic.partitions.map(({ earliest, latest }) => latest - earliest)),
      ratePerSecond: rates.observe(`topic ${topic.name}`, writtenTo(topic)),
    }));

  const groups = async (): Promise<GroupState[]> => {
    const [theirs, topics, places] = await Promise.all([
      admin.groups(),
      admin.describeTopics(),
      listPlaces(database),
    ]);
    const ours = workersOf(places);
    const ids = new Set(ours.map(({ id }) => id));
    return [...ours, ...theirs.filter(({ id }) => !ids.has(id))]
      .map((group) => {
        const lags = lagsOf(group, topics);
        return {
          id: group.id,
          state: group.state,
          members: group.members,
          lag: sum(lags.map(({ lag }) => lag)),
          ratePerSecond: rates.observe(`group ${group.id}`, sum(group.offsets.map(({ offset }) => offset))),
          topics: lags,
        };
      })
      .toSorted((a, b) => (a.id < b.id ? -1 : 1));
  };

  const watchedTopics = createPolled(() => list(), pollMs);
  const watchedGroups = createPolled(groups, pollMs);

  const takeReadings = async (): Promise<void> => {
    const [topics, known] = await Promise.all([list(), groups()]);
    rates.keep(
      new Set([...topics.map(({ name }) => `topic ${name}`), ...known.map(({ id }) => `group ${id}`)]),
    );
    if (!(await claimObservation(database, observationSeconds))) return;
    await insertTopicStatus(
      database,
      topics.map((topic) => ({
        topic: topic.name,
        partitions: topic.partitions.length,
        messages: topic.messages,
        written: writtenTo(topic),
        sizeBytes: topic.sizeBytes,
      })),
    );
    await dropTopicStatus(database, retentionDays);
  };

  let timer: NodeJS.Timeout | undefined;
  let reading: Promise<void> | undefined;
  /** One at a time: a slow answer delays the next. */
  const read = (): void => {
    reading ??= takeReadings()
      .catch((error: unknown) => logger.debug({ err: error }, 'the topics could not be observed'))
      .finally(() => (reading = undefined));
  };

  return {
    list,
    longestName: admin.longestName,
    configs: admin.configs,
    groups,
    lagSeconds: async ({ topics }) => {
      const behind = topics.filter(({ lag }) => lag > 0);
      const times = await mapLimited(
        behind,
        lagsAtOnce,
        async ({ topic, partition, committed, earliest }) => {
          const batch = await kafka
            .fetch(topic, partition, Math.max(committed, earliest), 1)
            .catch(() => undefined);
          return batch?.records[0]?.timestampMs;
        },
      );
      const known = times.filter((time) => time !== undefined);
      return known.length === 0 ? null : Math.max(0, now() - Math.min(...known)) / 1_000;
    },
    watchTopics: watchedTopics.watch,
    watchGroups: watchedGroups.watch,
    offsetsAt: admin.offsetsAt,
    scan: createScan(kafka),
    records: tails.records,
    start: () => {
      timer = setInterval(read, readingMs);
      read();
    },
    stop: async () => {
      clearInterval(timer);
      watchedTopics.stop();
      watchedGroups.stop();
      await tails.stop();
      await reading;
    },
  };
};

const sum = (numbers: readonly number[]): number => numbers.reduce((total, number) => total + number, 0);

const writtenTo = ({ partitions }: TopicDescription): number => sum(partitions.map(({ latest }) => latest));

/** Ours as groups: their places are in Postgres; Kafka's own tools are told now and then. */
const workersOf = (places: readonly WorkerPlace[]): GroupDescription[] => {
  const workers = new Map<string, WorkerPlace[]>();
  for (const place of places) workers.set(place.worker, [...(workers.get(place.worker) ?? []), place]);
  return [...workers].map(([id, own]) => ({
    id,
    state: own.every(({ isRunning }) => isRunning) ? 'Running' : 'Stopped',
    members: 0,
    offsets: own.map(({ topic, partition, nextOffset }) => ({ topic, partition, offset: nextOffset })),
  }));
};

/** Of partitions that are there. */
const lagsOf = ({ offsets }: GroupDescription, topics: readonly TopicDescription[]): GroupLag[] => {
  const partitions = new Map(topics.map(({ name, partitions: all }) => [name, all]));
  return offsets
    .flatMap(({ topic, partition, offset: committed }) => {
      const marks = partitions.get(topic)?.find(({ id }) => id === partition);
      if (!marks) return [];
      const { earliest, latest } = marks;
      const lag = Math.max(0, latest - Math.max(committed, earliest));
      return [{ topic, partition, committed, earliest, latest, lag }];
    })
    .toSorted((a, b) => (a.topic === b.topic ? a.partition - b.partition : a.topic < b.topic ? -1 : 1));
};
