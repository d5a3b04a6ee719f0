import { v7 as uuidv7 } from 'uuid';
import { badInput, conflict, outcomeUnknown, unavailable } from '../errors.js';
import { eventHeaders, type Event } from '../events/envelope.js';
import { partitionsPerTopic, type TopicSpec } from '../events/topics.js';
import type { FactPublisher, FactRecord } from '../kafka/kafka.js';
import { partitionOf } from '../partitioning.js';
import type { Consistency } from '../postgres/consistency.js';
import { toValue } from '../postgres/outbox.js';
import { checkLength, rejection, type BatchOutcome, type Rejection } from './batch.js';
import { isGiven, parseTime, parseUuid } from './inputs.js';
import { canonicalJson, parseJsonObject, type JsonObject } from './json.js';

/** What happened somewhere, told by a client. It goes to Kafka as it is; whoever stores it counts its id once. */
export interface Fact {
  readonly topic: TopicSpec;
  readonly key: string;
  readonly event: Event<string, { readonly id: string; readonly occurredAt: string }>;
}

export interface RecordFacts {
  /**
   * Accepts facts: Kafka has acknowledged every accepted one before the answer.
   * @param parse throws the MillraceError that rejects its item
   * @throws MillraceError BAD_USER_INPUT for too many, UNAVAILABLE when nothing was sent, OUTCOME_UNKNOWN with the ids
   */
  <Input>(inputs: readonly Input[], parse: (input: Input) => Fact): Promise<BatchOutcome>;
}

export interface FactOptions {
  readonly publisher: FactPublisher;
  readonly consistency: Consistency;
  /** How many partitions a topic has now; gateways may differ for seconds. */
  readonly partitionsOf: (topic: string) => number;
}

/** A fact of a batch, and where in it the fact is told. */
interface Told {
  readonly fact: Fact;
  readonly record: FactRecord;
  readonly indices: number[];
}

export const createRecordFacts = ({ publisher, consistency, partitionsOf }: FactOptions): RecordFacts => {
  const recordOf = ({ topic, key, event }: Fact): FactRecord => ({
    topic: topic.name,
    partition: partitionOf(key, partitionsOf(topic.name) || partitionsPerTopic),
    key,
    value: Buffer.from(toValue(event)),
    headers: eventHeaders(event),
  });

  return async (inputs, parse) => {
    checkLength(inputs);
    const rejected: Rejection[] = [];
    const told = new Map<string, Told>();
    for (const [index, input] of inputs.entries()) {
      try {
        const fact = parse(input);
        const first = told.get(fact.event.id);
        if (first) repeat(first, fact, index);
        else told.set(fact.event.id, { fact, record: recordOf(fact), indices: [index] });
      } catch (error) {
        rejected.push(rejection(index, error));
      }
    }

    const sent = [...told.values()];
    const outcome = await publisher.send(sent.map(({ record }) => record));
    if (outcome.kind !== 'STORED')
      throw outcome.kind === 'UNSENT'
        ? unavailable('The log takes nothing now; nothing was sent. Try again soon.', outcome.cause)
        : outcomeUnknown([...told.keys()], outcome.cause);

    for (const { record, indices } of sent)
      if (outcome.refused.includes(record))
        for (const index of indices) rejected.push(rejection(index, badInput('inputs', 'is too large')));
    return {
      accepted: inputs.length - rejected.length,
      replayed: 0,
      rejected: rejected.sort((a, b) => a.index - b.index),
      position: outcome.places.length > 0 ? consistency.positionInLog(outcome.places) : null,
    };
  };
};

/** The first counts. @throws MillraceError CONFLICT */
const repeat = (first: Told, { event }: Fact, index: number): void => {
  if (canonicalJson(first.fact.event.data) !== canonicalJson(event.data))
    throw conflict(
      'ALREADY_EXISTS',
      `There is another item with the id ${event.id} in this call. Take a new id for a new fact.`,
    );
  first.indices.push(index);
};

/** What inputs of facts share. */
export interface FactInput {
  readonly id?: string | null;
  readonly occurredAt?: string | null;
}

/** The next three: @throws MillraceError BAD_USER_INPUT that names the field */
export const parseFactId = ({ id }: FactInput): string => (isGiven(id) ? parseUuid('id', id) : uuidv7());

/** How far a client's clock may be ahead of ours. */
const toleranceMs = 5 * 60_000;

export const parseOccurredAt = ({ occurredAt }: FactInput, nowMs: number): string => {
  if (!isGiven(occurredAt)) return new Date(nowMs).toISOString();
  const time = parseTime('occurredAt', occurredAt);
  if (Date.parse(time) > nowMs + toleranceMs)
    throw badInput('occurredAt', 'must be at most five minutes ahead of now');
  return time;
};

export const parseFactObject = (field: string, value: JsonObject | null | undefined): JsonObject | null =>
  value === null || value === undefined ? null : parseJsonObject(field, value);
