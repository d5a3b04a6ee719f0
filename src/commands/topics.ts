import { randomInt } from 'node:crypto';
import { badInput, conflict, MillraceError, notFound, unavailable } from '../errors.js';
import { mostPartitions, topicNamed } from '../events/topics.js';
import type { KafkaAdmin, KafkaRefusal, TopicDescription } from '../kafka/kafka.js';
import { partitionOf } from '../partitioning.js';
import { recordAction } from '../postgres/audit.js';
import type { Consistency } from '../postgres/consistency.js';
import type { Database } from '../postgres/database.js';
import { largestValueBytes } from '../postgres/outbox.js';
import { checkCharacters } from './inputs.js';
import { parseJsonObject, type JsonObject } from './json.js';

export interface TopicInput {
  readonly name: string;
  readonly partitions?: number | null;
  readonly config?: JsonObject | null;
}

export interface MessageInput {
  readonly topic: string;
  readonly key?: string | null;
  readonly value: string;
  readonly headers?: JsonObject | null;
}

export interface Produced {
  readonly topic: string;
  readonly partition: number;
  readonly offset: number;
  readonly position: string;
}

/** What operators do with topics. All throw MillraceError; `caller` is the principal, whom the audit names. */
export interface TopicCommands {
  create(caller: string, input: TopicInput): Promise<void>;
  /** False when there is none. */
  delete(caller: string, name: string): Promise<boolean>;
  produce(input: MessageInput): Promise<Produced>;
}

export interface TopicCommandsOptions {
  readonly admin: KafkaAdmin;
  readonly database: Database;
  readonly consistency: Consistency;
}

const defaultPartitions = 3;
const longestKey = 1_000;
const ownHeaders = 'millrace-';

export const createTopicCommands = ({
  admin,
  database,
  consistency,
}: TopicCommandsOptions): TopicCommands => ({
  create: async (caller, input) => {
    const name = parseTopicName('name', input.name, admin.longestName);
    const partitions = parsePartitions(input.partitions);
    const config = parseConfig(input.config);
    await recordAction(database, 'createTopic', { by: caller, name, partitions, config });
    const refusal = await admin.createTopic({ name, partitions, config });
    if (refusal) throw refusedCreation(name, refusal);
  },

  delete: async (caller, given) => {
    const name = parseTopicName('name', given, admin.longestName);
    if (topicNamed(name))
      throw forbidden(`${name} is a topic of Millrace itself, which cannot do without it. It stays.`);
    const [topic] = await admin.describeTopics([name]);
    if (!topic) return false;
    if (topic.isInternal) throw forbidden(`${name} is a topic that the log itself needs. It stays.`);
    await recordAction(database, 'deleteTopic', { by: caller, name });
    const refusal = await admin.deleteTopic(name);
    if (!refusal) return true;
    if (refusal.type === 'UNKNOWN_TOPIC_OR_PARTITION') return false;
    throw refused(refusal.type, refusal.reason);
  },

  produce: async (input) => {
    const name = parseTopicName('topic', input.topic, admin.longestName);
    checkFeeding(name);
    const key = parseKey(input.key);
    const value = parseValue(input.value);
    const headers = parseHeaders(input.headers);
    const [topic] = await admin.describeTopics([name]);
    if (!topic) throw notFound(`There is no topic ${name}: create it first.`);
    if (topic.isInternal) throw forbidden(`Only the log itself writes to ${name}.`);
    const partition = choosePartition(topic, key);
    const offset = await admin.produce(name, partition, { key, value, headers });
    if (typeof offset !== 'number') throw refusedRecord(name, offset);
    const position = consistency.positionInLog([{ topic: name, partition, nextOffset: offset + 1 }]);
    return { topic: name, partition, offset, position };
  },
});

const forbidden = (message: string): MillraceError => new MillraceError('FORBIDDEN', message);

/** By the rules of Kafka, whose limit counts the prefix. @throws MillraceError BAD_USER_INPUT */
export const parseTopicName = (field: string, name: string, longest: number): string => {
  if (name.length === 0 || name.length > longest)
    throw badInput(field, `must have 1 to ${longest} characters`);
  if (!/^[a-zA-Z0-9._-]+$/.test(name) || name === '.' || name === '..')
    throw badInput(
      field,
      'must consist of ASCII letters, digits, and the characters . _ -, and be neither . nor ..',
    );
  return name;
};

const parsePartitions = (partitions: number | null | undefined): number => {
  const count = partitions ?? defaultPartitions;
  if (count < 1 || count > mostPartitions)
    throw badInput('partitions', `must lie between 1 and ${mostPartitions}`);
  return count;
};

/** Records have the time of their storing, as in our own topics, unless the config says otherwise. */
const parseConfig = (config: JsonObject | null | undefined): Record<string, string> => {
  const settings = Object.entries(parseJsonObject('config', config ?? {})).map(([name, value]) => {
    if (!['string', 'number', 'boolean'].includes(typeof value))
      throw badInput('config', 'must hold texts, numbers and booleans only');
    return [name, String(value)] as const;
  });
  return Object.fromEntries([['message.timestamp.type', 'LogAppendTime'], ...settings]) as Record<
    string,
    string
  >;
};

const refusedCreation = (name: string, { type, reason }: KafkaRefusal): MillraceError => {
  if (type === 'TOPIC_ALREADY_EXISTS')
    return conflict('ALREADY_EXISTS', `There is a topic ${name} already: take another name.`);
  if (type === 'INVALID_CONFIG') return badInput('config', reason);
  if (type === 'INVALID_TOPIC_EXCEPTION') return badInput('name', reason);
  if (type === 'INVALID_PARTITIONS') return badInput('partitions', reason);
  return refused(type, reason);
};

const refusedRecord = (name: string, { type, reason }: KafkaRefusal): MillraceError => {
  if (['MESSAGE_TOO_LARGE', 'RECORD_LIST_TOO_LARGE'].includes(type))
    return badInput('value', `is larger than ${name} takes`);
  if (type === 'UNKNOWN_TOPIC_OR_PARTITION') return notFound(`There is no topic ${name}: create it first.`);
  // Such as a compacted topic, which takes no record without a key.
  if (type === 'INVALID_RECORD') return badInput('key', reason);
  return refused(type, reason);
};

const refused = (type: string, reason: string): MillraceError =>
  type.endsWith('AUTHORIZATION_FAILED') || ['POLICY_VIOLATION', 'TOPIC_DELETION_DISABLED'].includes(type)
    ? forbidden(reason)
    : unavailable(`The log refused it (${reason}). Nothing was written. Try again later.`);

const checkFeeding = (name: string): void => {
  const own = topicNamed(name);
  if (own && own.fedBy !== 'facts')
    throw forbidden(`Only Millrace itself writes to ${name}. Use its mutations, or another topic.`);
};

const parseKey = (key: string | null | undefined): string | null => {
  if (key === null || key === undefined) return null;
  checkCharacters('key', key);
  if (key.length > longestKey) throw badInput('key', `must have at most ${longestKey} characters`);
  return key;
};

const parseValue = (value: string): string => {
  checkCharacters('value', value);
  if (Buffer.byteLength(value) > largestValueBytes)
    throw badInput('value', `must have at most ${largestValueBytes} bytes`);
  return value;
};

const parseHeaders = (headers: JsonObject | null | undefined): Record<string, string> => {
  const given = parseJsonObject('headers', headers ?? {});
  for (const [name, value] of Object.entries(given)) {
    if (typeof value !== 'string') throw badInput('headers', 'must hold texts only');
    if (name.toLowerCase().startsWith(ownHeaders))
      throw badInput(
        'headers',
        `must have no name that begins with ${ownHeaders}, which is for Millrace itself`,
      );
  }
  return given as Record<string, string>;
};

const choosePartition = ({ partitions }: TopicDescription, key: string | null): number =>
  key === null ? randomInt(partitions.length) : partitionOf(key, partitions.length);
