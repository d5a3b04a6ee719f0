/**
 * The parts of kafkajs 2.2.4 below its consumer that we use, typed as far as we use them. The version is pinned exactly;
 * `docs/decisions/0001-fetch-without-groups.md` says why we read below the consumer.
 */
declare module 'kafkajs/src/cluster/index.js' {
  import type { Broker, Cluster as ClusterType, ClusterOptions } from 'kafkajs/src/types.js';
  const Cluster: new (options: ClusterOptions) => ClusterType;
  export default Cluster;
  export type { Broker };
}

declare module 'kafkajs/src/types.js' {
  export interface ClusterOptions {
    logger: unknown;
    socketFactory: unknown;
    brokers: string[];
    ssl: unknown;
    sasl: unknown;
    clientId: string;
    connectionTimeout: number;
    requestTimeout: number;
    enforceRequestTimeout: boolean;
    metadataMaxAge: number;
    retry: { retries: number; initialRetryTime: number; maxRetryTime: number };
    allowAutoTopicCreation: boolean;
    isolationLevel: number;
  }
  export interface Cluster {
    connect(): Promise<void>;
    disconnect(): Promise<void>;
    addMultipleTargetTopics(topics: string[]): Promise<void>;
    refreshMetadata(): Promise<void>;
    refreshMetadataIfNecessary(): Promise<void>;
    findTopicPartitionMetadata(topic: string): { partitionId: number; leader: number }[];
    findBroker(options: { nodeId: string }): Promise<Broker>;
    findControllerBroker(): Promise<Broker>;
    findGroupCoordinator(options: { groupId: string }): Promise<Broker>;
  }
  export interface Broker {
    readonly connectionPool: ConnectionPool;
    offsetCommit(request: {
      groupId: string;
      groupGenerationId: number;
      memberId: string;
      topics: { topic: string; partitions: { partition: number; offset: string; metadata: string }[] }[];
    }): Promise<unknown>;
  }
  export interface ConnectionPool {
    /** Opens the connection for requests of this API, if it is not open. */
    getConnectionByRequest(message: { request: { apiKey: number } }): Promise<unknown>;
    send<Answer>(message: Exchange<Answer>): Promise<Answer>;
  }
  /** A request and how its answer is read. What `encode` gives is copied before the next turn. */
  export interface Exchange<Answer> {
    request: {
      apiKey: number;
      apiVersion: number;
      apiName: string;
      encode(): { buf: Buffer; buffer: Buffer };
    };
    response: {
      decode(payload: Buffer): { clientSideThrottleTime: number; answer: Answer };
      parse(decoded: { clientSideThrottleTime: number; answer: Answer }): Answer;
    };
  }
}

declare module 'kafkajs/src/protocol/error.js' {
  /** `type` is the name of the code, such as OFFSET_OUT_OF_RANGE. */
  export const createErrorFromCode: (code: number) => Error & { type: string };
}

declare module 'kafkajs/src/loggers/index.js' {
  const module: { createLogger(options: { level: number; logCreator: unknown }): unknown };
  export default module;
}

declare module 'kafkajs/src/network/socketFactory.js' {
  import type { Socket } from 'node:net';
  export type SocketFactory = (options: object) => Socket;
  const createSocketFactory: () => SocketFactory;
  export default createSocketFactory;
}
