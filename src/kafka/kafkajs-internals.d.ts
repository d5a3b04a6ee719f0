/**
 * The parts of kafkajs 2.2.4 below its consumer that we use, typed as far as we use them. The version is pinned exactly;
 * `docs/decisions/fetch-without-groups.md` says why we read below the consumer.
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
    findGroupCoordinator(options: { groupId: string }): Promise<Broker>;
    fetchTopicsOffset(
      topics: { topic: string; partitions: { partition: number }[]; fromBeginning: boolean }[],
    ): Promise<{ topic: string; partitions: { partition: number; offset: string }[] }[]>;
  }
  export interface Broker {
    fetch(request: {
      maxWaitTime: number;
      minBytes: number;
      maxBytes: number;
      isolationLevel: number;
      topics: { topic: string; partitions: { partition: number; fetchOffset: string; maxBytes: number }[] }[];
    }): Promise<{ responses: { topicName: string; partitions: PartitionData[] }[] }>;
    offsetCommit(request: {
      groupId: string;
      groupGenerationId: number;
      memberId: string;
      topics: { topic: string; partitions: { partition: number; offset: string; metadata: string }[] }[];
    }): Promise<unknown>;
  }
  export interface PartitionData {
    partition: number;
    highWatermark: string;
    lastStableOffset?: string;
    messages: unknown[];
  }
}

declare module 'kafkajs/src/consumer/batch.js' {
  import type { PartitionData } from 'kafkajs/src/types.js';
  interface DecodedMessage {
    offset: string;
    timestamp: string;
    key: Buffer | null;
    value: Buffer | null;
    headers: Record<string, Buffer | Buffer[] | undefined>;
  }
  /** Leaves out control records, aborted transactions and what lies before the asked offset. */
  const Batch: new (topic: string, fetchedOffset: string, data: PartitionData) => {
    messages: DecodedMessage[];
    rawMessages: { batchContext?: { firstOffset: string; lastOffsetDelta: number } }[];
  };
  export default Batch;
}

declare module 'kafkajs/src/loggers/index.js' {
  const module: { createLogger(options: { level: number; logCreator: unknown }): unknown };
  export default module;
}

declare module 'kafkajs/src/network/socketFactory.js' {
  const createSocketFactory: () => unknown;
  export default createSocketFactory;
}
