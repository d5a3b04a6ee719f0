import { connect, type Socket } from 'node:net';
import kafkajs from 'kafkajs';
import { closeAtEnd } from './cleanup.js';
import { servers } from './servers.js';

/** A client that shares no code with Millrace. A consumer of kafkajs that disconnects may leave a socket: none is left of this one. */
export const createForeignKafka = (): kafkajs.Kafka => {
  const sockets = new Set<Socket>();
  closeAtEnd(() => sockets.forEach((socket) => socket.destroy()));
  return new kafkajs.Kafka({
    brokers: [...servers().kafkaBrokers],
    logLevel: kafkajs.logLevel.NOTHING,
    socketFactory: ({ host, port, onConnect }) => {
      const socket = connect({ host, port }, onConnect);
      sockets.add(socket);
      return socket;
    },
  });
};
