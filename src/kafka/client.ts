import { readFileSync } from 'node:fs';
import kafkajs, { type KafkaConfig, type logCreator, type SASLOptions } from 'kafkajs';
import Cluster from 'kafkajs/src/cluster/index.js';
import loggers from 'kafkajs/src/loggers/index.js';
import createSocketFactory, { type SocketFactory } from 'kafkajs/src/network/socketFactory.js';
import type { Broker, Cluster as ClusterType } from 'kafkajs/src/types.js';
import type { Logger } from 'pino';
import type { KafkaAddress } from '../config.js';

/** Makes kafkajs clients and clusters of one address, every default that matters set in sight. */
export interface ClientFactory {
  client(): kafkajs.Kafka;
  cluster(requestTimeoutMs?: number): ClusterType;
}

export type { Broker, ClusterType };

/** Watermarks end before the first open transaction, should another program write with transactions. */
const readCommitted = 1;

export const requestTimeoutMs = 5_000;
const connectionTimeoutMs = 3_000;
const metadataMaxAgeMs = 30_000;

export const createClientFactory = (address: KafkaAddress, logger: Logger): ClientFactory => {
  const ssl = address.ssl && (address.caFile ? { ca: [readFileSync(address.caFile, 'utf8')] } : true);
  const level = kafkajs.logLevel.WARN;
  const shared = {
    brokers: [...address.brokers],
    clientId: 'millrace',
    ssl,
    sasl: address.sasl as SASLOptions | undefined,
    connectionTimeout: connectionTimeoutMs,
    requestTimeout: requestTimeoutMs,
    enforceRequestTimeout: true,
    // Retries are ours: kafkajs repeats a send under rules that lose or reorder records.
    retry: { retries: 0, initialRetryTime: 100, maxRetryTime: 1_000 },
  };
  return {
    client: () =>
      new kafkajs.Kafka({ ...shared, logLevel: level, logCreator: toPino(logger) } satisfies KafkaConfig),
    cluster: (timeoutMs = requestTimeoutMs) =>
      new Cluster({
        ...shared,
        requestTimeout: timeoutMs,
        retry: { ...shared.retry, retries: 1 },
        logger: loggers.createLogger({ level, logCreator: toPino(logger) }),
        socketFactory: createPromptSocketFactory(),
        metadataMaxAge: metadataMaxAgeMs,
        allowAutoTopicCreation: false,
        isolationLevel: readCommitted,
      }),
  };
};

/** kafkajs leaves Nagle's algorithm on: a small request would wait until the one before it is acknowledged. */
const createPromptSocketFactory = (): SocketFactory => {
  const open = createSocketFactory();
  return (options) => open(options).setNoDelay(true);
};

/** kafkajs reports each answer with an error; ours are raised where they matter, so its own are not shown at any of our levels. */
const toPino =
  (logger: Logger): logCreator =>
  () =>
  ({ namespace, log: { message } }) =>
    logger.trace({ kafkajs: namespace }, message);
