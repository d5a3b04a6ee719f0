import { readFileSync } from 'node:fs';
import type { Socket } from 'node:net';
import kafkajs, { type KafkaConfig, type logCreator, type SASLOptions } from 'kafkajs';
import Cluster from 'kafkajs/src/cluster/index.js';
import loggers from 'kafkajs/src/loggers/index.js';
import createSocketFactory, { type SocketFactory } from 'kafkajs/src/network/socketFactory.js';
import type { Broker, Cluster as ClusterType, ClusterOptions } from 'kafkajs/src/types.js';
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
      createClosingCluster({
        ...shared,
        requestTimeout: timeoutMs,
        retry: { ...shared.retry, retries: 1 },
        logger: loggers.createLogger({ level, logCreator: toPino(logger) }),
        metadataMaxAge: metadataMaxAgeMs,
        allowAutoTopicCreation: false,
        isolationLevel: readCommitted,
      }),
  };
};

/**
 * A cluster that is closed for good by `disconnect`. One of kafkajs connects again for a request that was begun before, and nobody
 * would close that connection. Nagle's algorithm is off: a small request would wait until the one before it is acknowledged.
 */
const createClosingCluster = (options: Omit<ClusterOptions, 'socketFactory'>): ClusterType => {
  const open = createSocketFactory();
  const sockets = new Set<Socket>();
  let isClosed = false;
  const socketFactory: SocketFactory = (target) => {
    if (isClosed) throw new Error('this connection to Kafka was closed');
    const socket = open(target).setNoDelay(true);
    sockets.add(socket);
    socket.once('close', () => sockets.delete(socket));
    return socket;
  };
  const cluster = new Cluster({ ...options, socketFactory });
  const disconnect = cluster.disconnect.bind(cluster);
  cluster.disconnect = async () => {
    isClosed = true;
    try {
      await disconnect();
    } finally {
      // Those that it ended are still closing; those that it did not know of have users to be told.
      for (const socket of sockets) socket.destroy(new Error('this connection to Kafka was closed'));
    }
  };
  return cluster;
};

/** kafkajs reports each answer with an error; ours are raised where they matter, so its own are not shown at any of our levels. */
const toPino =
  (logger: Logger): logCreator =>
  () =>
  ({ namespace, log: { message } }) =>
    logger.trace({ kafkajs: namespace }, message);
