import { nowUs } from './clock.mjs';
import { isMarkAt, needle } from './mark.mjs';
import { openSocket } from './socket.mjs';
import { createTally } from './tally.mjs';

/*
 * A swarm of subscribers in a process of its own (see start-swarm.mjs for its verbs). It does not parse what it receives: it finds each
 * event's mark (mark.mjs) and keeps a tally. Where a mark begins in one message it mostly begins in the next, so it looks there first.
 */

const openAtOnce = 100;
const pollMs = 10;

let tally = createTally(0, 0);
let sockets = [];
/** By client: the only key that it subscribed to, or -1 for all. */
let keyOf = [];
let keys = 0;
let isClosing = false;
/** Where marks begin, counted from the start of their message. */
let usual = 0;
let acknowledged = 0;
const troubles = new Map();
let begun = { cpu: process.cpuUsage(), loop: performance.eventLoopUtilization() };

const trouble = (what) => troubles.set(what, (troubles.get(what) ?? 0) + 1);

/** Of several subscriptions on a socket a message names one as `"~12"`; a tilde stands nowhere else. */
const clientOf = (bytes, start, end, firstClient) => {
  const at = bytes.indexOf('"~', start) + 2;
  let value = 0;
  for (let i = at; i < end && bytes[i] !== 34; i += 1) value = value * 10 + bytes[i] - 48;
  return firstClient + value;
};

const createListener = (firstClient, perSocket, send) => (bytes, start, end, us) => {
  let at = start + usual;
  if (at >= end || !isMarkAt(bytes, at)) {
    const found = bytes.subarray(start, end).indexOf(needle);
    if (found < 0) return listenTo(JSON.parse(bytes.toString('utf8', start, end)), send);
    usual = found;
    at = start + found;
  }
  const client = perSocket === 1 ? firstClient : clientOf(bytes, start, end, firstClient);
  return tally.take(client, bytes, at, us);
};

/** What is no event. */
const listenTo = ({ type, payload }, send) => {
  if (type === 'connection_ack') acknowledged += 1;
  else if (type === 'ping') send('{"type":"pong"}');
  else if (type === 'error' || type === 'complete' || payload?.errors)
    trouble(`${type}: ${JSON.stringify(payload?.errors ?? payload ?? null).slice(0, 300)}`);
};

const openOne = async ({ port, path }, firstClient, perSocket) => {
  const socket = await openSocket({
    port,
    path,
    onText: createListener(firstClient, perSocket, (text) => socket.send(text)),
    onClosed: (reason) => isClosing || trouble(`a socket was closed: ${reason}`),
  });
  socket.send('{"type":"connection_init"}');
  sockets[firstClient / perSocket] = socket;
};

const until = async (test, deadlineMs) => {
  const giveUpAt = performance.now() + deadlineMs;
  while (!test()) {
    if (performance.now() > giveUpAt) return false;
    await new Promise((resolve) => setTimeout(resolve, pollMs));
  }
  return true;
};

const eachKey = (client, visit) => {
  if (keyOf[client] >= 0) return visit(keyOf[client]);
  for (let key = 0; key < keys; key += 1) visit(key);
  return undefined;
};

const verbs = {
  open: async ({ port, path, clients, perSocket = 1, keys: keyCount, filtered, deadlineMs }) => {
    isClosing = false;
    acknowledged = 0;
    troubles.clear();
    keys = keyCount;
    keyOf = Array.from({ length: clients }, (_, client) => (filtered ? client % keyCount : -1));
    tally = createTally(clients, keyCount);
    sockets = new Array(Math.ceil(clients / perSocket));
    for (let first = 0; first < sockets.length; first += openAtOnce) {
      const length = Math.min(openAtOnce, sockets.length - first);
      await Promise.all(
        Array.from({ length }, (_, at) => openOne({ port, path }, (first + at) * perSocket, perSocket)),
      );
      await until(() => acknowledged === first + length, deadlineMs);
    }
    if (acknowledged < sockets.length)
      throw new Error(`${sockets.length - acknowledged} of ${sockets.length} sockets were not acknowledged`);
  },
  subscribe: ({ query, userIds, perSocket = 1 }) => {
    for (const [client, key] of keyOf.entries()) {
      const id = `~${client % perSocket}`;
      const variables = key < 0 ? {} : { userId: userIds[key] };
      const message = JSON.stringify({ id, type: 'subscribe', payload: { query, variables } });
      sockets[Math.floor(client / perSocket)].send(message);
    }
  },
  /** Whether each client has had an event of each of its keys. */
  hasBegun: () => {
    let waiting = 0;
    for (let client = 0; client < keyOf.length; client += 1)
      eachKey(client, (key) => (waiting += tally.hasBegun(client, key) ? 0 : 1));
    return { waiting, troubles: [...troubles] };
  },
  begin: () => {
    tally.clear();
    troubles.clear();
    begun = { cpu: process.cpuUsage(), loop: performance.eventLoopUtilization() };
  },
  /**
   * Waits until each client has had all `numbers` (by key: the last one sent), and what was left out before; or until nobody has had
   * anything for a while.
   */
  finish: async ({ numbers, quietMs, deadlineMs }) => {
    const missingOf = (client) => {
      let missing = 0;
      eachKey(client, (key) => (missing += tally.missing(client, key, numbers[key])));
      return missing;
    };
    // Who once has all keeps all: each look goes on where the one before stopped.
    let served = 0;
    const isDone = () => {
      while (served < keyOf.length && missingOf(served) === 0) served += 1;
      return served === keyOf.length;
    };
    const begunAtUs = nowUs();
    const isQuiet = () => nowUs() - Math.max(begunAtUs, tally.lastAtUs()) > quietMs * 1_000;
    await until(() => (isDone() && !tally.hasHoles()) || isQuiet(), deadlineMs);
    const { user, system } = process.cpuUsage(begun.cpu);
    return {
      ...tally.counts(),
      missing: keyOf.reduce((sum, _, client) => sum + missingOf(client), 0),
      troubles: [...troubles],
      cpuSeconds: (user + system) / 1e6,
      busy: performance.eventLoopUtilization(begun.loop).utilization,
    };
  },
  close: async () => {
    isClosing = true;
    for (const socket of sockets) socket?.close();
    sockets = [];
    await new Promise((resolve) => setTimeout(resolve, 500));
  },
};

process.on('message', ({ id, verb, args }) => {
  Promise.resolve()
    .then(() => verbs[verb](args))
    .then(
      (value) => process.send({ id, value }),
      (error) => process.send({ id, error: error.message }),
    );
});
process.on('disconnect', () => process.exit());
