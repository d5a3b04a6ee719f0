import type { CopySpec, TopicSpec } from '../events/topics.js';
import { isSkip, sequenceHeader, sequenceOf } from '../events/envelope.js';
import type { Kafka, LogRecord, OutgoingRecord, Publisher } from '../kafka/kafka.js';
import { partitionOf } from '../partitioning.js';
import type { Consumer } from './consumer.js';

export interface CopiesOptions {
  readonly copies: readonly CopySpec[];
  readonly kafka: Pick<Kafka, 'partitionCount'>;
  readonly publisher: Publisher;
}

/** Repeats some types of an entity topic on topics of their own, at least once, with the same key, bytes and `ce_id`. */
export const createCopies = ({ copies, kafka, publisher }: CopiesOptions): Consumer<LogRecord> => {
  const targetsOf = (record: LogRecord): CopySpec[] =>
    copies.filter(
      ({ from, types }) => from.name === record.topic && types.includes(record.headers.ce_type ?? ''),
    );

  const publish = async (target: TopicSpec, records: readonly LogRecord[]): Promise<void> => {
    const partitions = await kafka.partitionCount(target.name);
    for (let partition = 0; partition < partitions; partition += 1) {
      const own = records.filter(({ key }) => partitionOf(key ?? '', partitions) === partition);
      if (own.length > 0) await publisher.send(target.name, partition, own.map(withoutNumber));
    }
  };

  return {
    name: 'copies',
    topics: [...new Set(copies.map(({ from }) => from))],
    parse: (record) =>
      // What the relay did not send is no event: those who read the topic make a dead letter of it.
      sequenceOf(record) !== undefined && !isSkip(record) && targetsOf(record).length > 0
        ? record
        : undefined,
    effect: {
      deliver: async (deliveries) => {
        for (const target of copies) {
          const own = deliveries
            .map(({ event }) => event)
            .filter((record) => targetsOf(record).includes(target));
          if (own.length > 0) await publish(target, own);
        }
        return deliveries.map(() => undefined);
      },
    },
    policy: { kind: 'halt' },
  };
};

/** A copy has no place in the numbered run of its origin's partition. */
const withoutNumber = ({ key, value, headers }: LogRecord): OutgoingRecord => {
  const { [sequenceHeader]: _, ...rest } = headers;
  return { key, value, headers: rest };
};
