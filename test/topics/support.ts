import type { TestClient } from '../support/graphql.js';

export interface Message {
  readonly topic: string;
  readonly partition: number;
  readonly offset: string;
  readonly key: string | null;
  readonly value: string | null;
  readonly headers: Readonly<Record<string, string>> | null;
  readonly encoding: string;
  readonly timestamp: string;
  readonly cursor: string | null;
}

export interface Topic {
  readonly name: string;
  readonly messages: number;
  readonly sizeBytes: number | null;
  readonly ratePerSecond: number | null;
  readonly config: Readonly<Record<string, string>> | null;
  readonly partitions: readonly {
    readonly id: number;
    readonly earliest: string;
    readonly latest: string;
    readonly leader: number | null;
    readonly replicas: readonly number[];
    readonly inSync: readonly number[];
  }[];
}

export interface Group {
  readonly id: string;
  readonly state: string;
  readonly members: number;
  readonly lag: number;
  readonly lagSeconds: number | null;
  readonly ratePerSecond: number | null;
  readonly topics: readonly {
    readonly topic: string;
    readonly partition: number;
    readonly committed: string;
    readonly latest: string;
    readonly lag: number;
  }[];
}

export interface Produced {
  readonly topic: string;
  readonly partition: number;
  readonly offset: string;
  readonly position: string;
}

const messageFields = 'topic partition offset key value headers encoding timestamp cursor';
const topicFields =
  'name messages sizeBytes ratePerSecond partitions { id earliest latest leader replicas inSync }';
export const groupFields =
  'id state members lag lagSeconds ratePerSecond topics { topic partition committed latest lag }';

export const topicsQuery = `{ topics { ${topicFields} } }`;
export const topicQuery = `query ($name: String!) { topic(name: $name) { ${topicFields} config } }`;
export const statusQuery = `query ($topic: String, $from: DateTime, $to: DateTime, $first: Int) {
  topicStatus(topic: $topic, from: $from, to: $to, first: $first) { topic observedAt partitions messages sizeBytes ratePerSecond }
}`;
export const groupsQuery = `{ consumerGroups { ${groupFields} } }`;
export const messagesQuery = `query ($topic: String!, $partition: Int, $offset: String, $from: DateTime, $key: String, $text: String, $first: Int) {
  messages(topic: $topic, partition: $partition, offset: $offset, from: $from, key: $key, text: $text, first: $first) { ${messageFields} }
}`;
export const createMutation = `mutation ($name: String!, $partitions: Int, $config: JSONObject) {
  createTopic(name: $name, partitions: $partitions, config: $config) { ${topicFields} config }
}`;
export const deleteMutation = 'mutation ($name: String!) { deleteTopic(name: $name) }';
export const produceMutation = `mutation ($topic: String!, $key: String, $value: String!, $headers: JSONObject) {
  produceMessage(topic: $topic, key: $key, value: $value, headers: $headers) { topic partition offset position }
}`;
export const messagesSubscription = `subscription ($topic: String!, $key: String, $text: String, $after: Cursor, $fromStart: Boolean, $heartbeat: Int) {
  messages(topic: $topic, key: $key, text: $text, after: $after, fromStart: $fromStart, heartbeat: $heartbeat) { ${messageFields} }
}`;

export const createTopic = async (client: TestClient, name: string, more: object = {}): Promise<Topic> =>
  (await client.data<{ createTopic: Topic }>(createMutation, { name, ...more })).createTopic;

export const deleteTopic = async (client: TestClient, name: string): Promise<boolean> =>
  (await client.data<{ deleteTopic: boolean }>(deleteMutation, { name })).deleteTopic;

export const readTopics = async (client: TestClient): Promise<readonly Topic[]> =>
  (await client.data<{ topics: readonly Topic[] }>(topicsQuery)).topics;

export const readTopic = async (client: TestClient, name: string): Promise<Topic | null> =>
  (await client.data<{ topic: Topic | null }>(topicQuery, { name })).topic;

export const produce = async (client: TestClient, message: object): Promise<Produced> =>
  (await client.data<{ produceMessage: Produced }>(produceMutation, message)).produceMessage;

export const readMessages = async (client: TestClient, asked: object): Promise<readonly Message[]> =>
  (await client.data<{ messages: readonly Message[] }>(messagesQuery, asked)).messages;

export const readGroups = async (client: TestClient): Promise<readonly Group[]> =>
  (await client.data<{ consumerGroups: readonly Group[] }>(groupsQuery)).consumerGroups;

export const valuesOf = (messages: readonly Message[]) => messages.map(({ value }) => value);
