import { WebSocketServer } from 'ws';
import { usAt } from './clock.mjs';
import { markOf } from './mark.mjs';
import { startSwarm } from './start-swarm.mjs';

/*
 * The swarm against itself: a server that sends known numbers, once as they are, and once each with one of them left out, sent twice,
 * or put behind its successor. `node bench/support/self-check.mjs` ends with 0 if the swarm tells all of them.
 */
const clients = 20;
const perSocket = 4;
const count = 200;
const quietMs = 500;
const numbers = Array.from({ length: count }, (_, at) => at + 1);

const swap = (list, at) => list.with(at, list[at + 1]).with(at + 1, list[at]);

const runs = [
  { what: 'nothing amiss', sent: numbers, expected: {} },
  { what: 'one lost', sent: numbers.toSpliced(100, 1), expected: { lost: 1 } },
  { what: 'three lost in a row', sent: numbers.toSpliced(100, 3), expected: { lost: 3 } },
  { what: 'the last one lost', sent: numbers.slice(0, -1), expected: { missing: 1 } },
  { what: 'one repeated', sent: numbers.toSpliced(100, 0, 100), expected: { repeated: 1 } },
  { what: 'one repeated later', sent: numbers.toSpliced(150, 0, 100), expected: { repeated: 1 } },
  { what: 'two swapped', sent: swap(numbers, 100), expected: { swapped: 1 } },
];

/** One victim gets `sent`, everyone else all numbers; a large message now and then, so that frames of each form are cut anywhere. */
const createServer = (sentTo) =>
  new Promise((resolve) => {
    const server = new WebSocketServer({ port: 0, host: '127.0.0.1' }, () => resolve(server));
    let sockets = 0;
    server.on('connection', (socket) => {
      const first = sockets * perSocket;
      sockets += 1;
      socket.on('message', (text) => {
        const { type, id } = JSON.parse(String(text));
        if (type === 'connection_init') socket.send('{"type":"connection_ack"}');
        if (type !== 'subscribe') return;
        for (const number of sentTo(first + Number(id.slice(1)))) {
          if (number % 50 === 0) socket.ping(Buffer.alloc(number % 100 === 0 ? 0 : 10));
          const padding = 'x'.repeat(number % 70 === 0 ? 200_000 : number);
          const mark = markOf(0, number, usAt(performance.now()));
          socket.send(JSON.stringify({ id, type: 'next', payload: { data: { padding, mark } } }));
        }
      });
    });
  });

const runOne = async (swarm, { sent }, victim) => {
  const server = await createServer((client) => (client === victim ? sent : numbers));
  try {
    await swarm.open({ port: server.address().port, path: '/', clients, perSocket, keys: 1 });
    await swarm.begin();
    await swarm.subscribe({ query: '', userIds: [], perSocket });
    const result = await swarm.finish([count], 10_000, quietMs);
    await swarm.close();
    return result;
  } finally {
    for (const socket of server.clients) socket.terminate();
    server.close();
  }
};

const swarm = startSwarm();
let failures = 0;
try {
  for (const [at, run] of runs.entries()) {
    const { lost, repeated, swapped, missing, deliveries, p99, troubles } = await runOne(swarm, run, at);
    const told = { lost, repeated, swapped, missing };
    const expected = { lost: 0, repeated: 0, swapped: 0, missing: 0, ...run.expected };
    const isRight =
      JSON.stringify(told) === JSON.stringify(expected) &&
      deliveries === (clients - 1) * count + run.sent.length &&
      p99 < 5_000 &&
      troubles.length === 0;
    failures += isRight ? 0 : 1;
    console.log(
      `${isRight ? 'told' : 'NOT TOLD'}: ${run.what}: ${JSON.stringify({ ...told, deliveries, p99, troubles })}`,
    );
  }
} finally {
  await swarm.stop();
}
process.exitCode = failures > 0 ? 1 : 0;
