import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { WebSocket } from 'ws';
import { createMillrace, type Millrace, type MillraceOptions, type Watch } from '../../sdk/src/index.js';
import { eventOf, startSmallGateway, type SmallGateway } from './small-gateway.js';

let gateway: SmallGateway;
let clients: Millrace[];

beforeEach(async () => {
  gateway = await startSmallGateway();
  clients = [];
});

afterEach(async () => {
  clients.forEach((client) => client.dispose());
  await gateway.stop();
});

const connect = (options: Partial<MillraceOptions> = {}): Millrace => {
  const client = createMillrace({
    url: gateway.url,
    webSocketImpl: WebSocket,
    backoff: { minMs: 5, maxMs: 20 },
    ...options,
  });
  clients.push(client);
  return client;
};

const take = async <T>(watch: Watch<T>, count: number): Promise<T[]> => {
  const items: T[] = [];
  while (items.length < count) {
    const { value, done } = await watch.next();
    if (done === true) throw new Error(`ended after ${items.length} of ${count}`);
    items.push(value);
  }
  return items;
};

const range = (from: number, to: number): object[] =>
  Array.from({ length: to - from }, (_, index) => eventOf(from + index));

const until = async (holds: () => boolean): Promise<void> => {
  while (!holds()) await new Promise((resolve) => setTimeout(resolve, 2));
};

describe('an event stream', () => {
  test.each([1000, 1001, 1011, 1012, 4500, 'terminate'] as const)(
    'that loses its socket (%s) goes on behind the last event, none lost and none twice',
    async (how) => {
      const events = connect().watchOrderEvents();
      await events.ready;
      gateway.append(3);
      expect(await take(events, 3)).toMatchObject(range(0, 3));
      for (const socket of gateway.sockets) {
        if (how === 'terminate') socket.terminate();
        else socket.close(how);
      }
      gateway.append(2);
      await until(() => gateway.subscriptions.length === 2);
      gateway.append(1);
      expect(await take(events, 3)).toMatchObject(range(3, 6));
      expect(gateway.subscriptions).toMatchObject([{ heartbeat: 10 }, { after: '2' }]);
      expect(gateway.subscriptions).toHaveLength(2);
    },
  );

  test('knows its place before the first event, so that a drop then loses nothing', async () => {
    gateway.append(5);
    const events = connect().watchOrderEvents();
    await events.ready;
    for (const socket of gateway.sockets) socket.terminate();
    gateway.append(1);
    expect(await take(events, 1)).toMatchObject(range(5, 6));
    expect(gateway.subscriptions[1]).toMatchObject({ after: '4' });
  });

  test('drops what the server repeats', async () => {
    gateway.append(5);
    const events = connect().watchOrderEvents({ after: '1' });
    expect(await take(events, 3)).toMatchObject(range(2, 5));
    gateway.rewind = 2;
    for (const socket of gateway.sockets) socket.terminate();
    gateway.append(1);
    expect(await take(events, 1)).toMatchObject(range(5, 6));
  });

  test('of notifications brings one when it is created and again when it is read, but no repeat', async () => {
    const notifications = connect().watchNotifications({ recipientId: 'r-1' });
    await notifications.ready;
    gateway.publish({ id: 'a', version: 1 });
    gateway.publish({ id: 'b', version: 1 });
    expect(await take(notifications, 2)).toMatchObject([{ id: 'a' }, { id: 'b' }]);
    gateway.rewind = 1;
    for (const socket of gateway.sockets) socket.terminate();
    gateway.publish({ id: 'a', version: 2 });
    expect(await take(notifications, 1)).toMatchObject([{ id: 'a', version: 2 }]);
  });

  test('of facts brings one once, though its sender sent it again', async () => {
    const activities = connect().watchUserActivities();
    const logs = connect().watchErrorLogs();
    await Promise.all([activities.ready, logs.ready]);
    for (const id of ['a', 'a', 'b']) gateway.publish({ activity: { id } });
    expect(await take(activities, 2)).toMatchObject([{ activity: { id: 'a' } }, { activity: { id: 'b' } }]);
    for (const id of ['c', 'c', 'd']) gateway.publish({ log: { id } });
    await take(logs, 2);
    expect(await take(logs, 2)).toMatchObject([{ log: { id: 'c' } }, { log: { id: 'd' } }]);
  });

  test.each(['GAP', 'UNAVAILABLE'])(
    'that ends with %s resumes from the cursor of the error',
    async (code) => {
      const events = connect().watchOrderEvents();
      await events.ready;
      gateway.append(2);
      expect(await take(events, 2)).toMatchObject(range(0, 2));
      gateway.append(1);
      gateway.fail(code, { cursor: '1' });
      await until(() => gateway.subscriptions.length === 2);
      expect(await take(events, 1)).toMatchObject(range(2, 3));
      expect(gateway.sockets.size).toBe(1);
    },
  );

  test('throws what no retry can cure, with the extensions of the server', async () => {
    const events = connect().watchOrderEvents();
    await events.ready;
    gateway.fail('CURSOR_EXPIRED', { earliest: 'abc' });
    await expect(events.next()).rejects.toMatchObject({
      name: 'MillraceError',
      code: 'CURSOR_EXPIRED',
      extensions: { earliest: 'abc' },
    });
    expect(await events.next()).toEqual({ value: undefined, done: true });
    expect(gateway.subscriptions).toHaveLength(1);
  });

  test('throws the errors of a refused subscription', async () => {
    const events = connect().watch('subscription wrong($heartbeat: Int) { nothing }');
    await expect(events.ready).rejects.toMatchObject({ name: 'MillraceError' });
    await expect(events.next()).rejects.toMatchObject({ name: 'MillraceError' });
  });

  test('whose loop is slow stops at its buffer and then brings everything', async () => {
    const states: string[] = [];
    const client = connect({ bufferSize: 10, onStatus: ({ state }) => states.push(state) });
    const events = client.watchOrderEvents();
    await events.ready;
    gateway.append(100);
    await until(() => states.includes('paused'));
    expect(await take(events, 100)).toMatchObject(range(0, 100));
    expect(gateway.subscriptions.length).toBeGreaterThan(2);
  });

  test('with a resume key goes on in the next process behind the last event that was dealt with', async () => {
    const stored = new Map<string, string>();
    const cursorStore = {
      load: (key: string) => stored.get(key),
      save: (key: string, cursor: string) => void stored.set(key, cursor),
    };
    const first = connect({ cursorStore }).watchOrderEvents({}, { resumeKey: 'mine' });
    await first.ready;
    gateway.append(5);
    await take(first, 3);
    await first.return();
    expect(stored.get('mine')).toBe('1');
    const second = connect({ cursorStore }).watchOrderEvents({}, { resumeKey: 'mine' });
    expect(await take(second, 3)).toMatchObject(range(2, 5));
  });

  test('tells of its progress', async () => {
    gateway.append(1);
    const progress = await new Promise((onProgress) => {
      connect().watchOrderEvents({}, { onProgress });
    });
    expect(progress).toEqual({ cursor: '0', upToDate: true });
  });

  test('waits for a server that is not there yet', async () => {
    const { url } = gateway;
    await gateway.stop();
    const states: string[] = [];
    const events = connect({ url, onStatus: ({ state }) => states.push(state) }).watchOrderEvents();
    await until(() => states.includes('waiting'));
    gateway = await startSmallGateway(Number(new URL(url).port));
    await events.ready;
    gateway.append(1);
    expect(await take(events, 1)).toMatchObject(range(0, 1));
  });

  test.each(['break', 'abort', 'dispose'] as const)(
    'ends by %s, and the last one closes the connection',
    async (how) => {
      const client = connect();
      const abort = new AbortController();
      const events = client.watchOrderEvents({}, { signal: abort.signal });
      await events.ready;
      gateway.append(1);
      let count = 0;
      for await (const event of events) {
        expect(event).toMatchObject(eventOf(0));
        count++;
        if (how === 'break') break;
        if (how === 'abort') abort.abort();
        if (how === 'dispose') client.dispose();
      }
      expect(count).toBe(1);
      await until(() => gateway.sockets.size === 0);
    },
  );
});

describe('a state', () => {
  test('comes at once, then in each newer version, and never again after a reconnect', async () => {
    gateway.setState({ version: 3 });
    const states = connect().watchOrderStats({ currency: 'KRW' });
    expect(await take(states, 1)).toEqual([{ version: 3 }]);
    for (const socket of gateway.sockets) socket.terminate();
    await until(() => gateway.subscriptions.length === 2);
    gateway.setState({ version: 2 });
    gateway.setState({ version: 4 });
    expect(await take(states, 1)).toEqual([{ version: 4 }]);
  });

  test('is null until it exists', async () => {
    const states = connect().watchOrder({ id: 'a' });
    expect(await take(states, 1)).toEqual([null]);
    gateway.setState({ version: 1 });
    expect(await take(states, 1)).toEqual([{ version: 1 }]);
  });

  test('comes to a slow loop in its newest version only, for each key', async () => {
    const states = connect().watchOrderStatsWindows({ currency: 'KRW', size: 'MINUTE' });
    const set = (start: string, version: number) => gateway.setState({ start, region: null, version });
    set('10:00', 1);
    await states.ready;
    set('10:00', 2);
    set('10:01', 1);
    set('10:00', 3);
    await gateway.delivered();
    expect(await take(states, 2)).toEqual([
      { start: '10:00', region: null, version: 3 },
      { start: '10:01', region: null, version: 1 },
    ]);
  });

  test('of a department leaves out what is not newer, and what other departments are at', async () => {
    const departments = connect().watchDepartmentStats();
    const sales = { department: 'Sales', version: 7 };
    gateway.setState(sales);
    await departments.ready;
    gateway.setState({ department: 'Design', version: 2 });
    gateway.setState(sales);
    gateway.setState({ ...sales, version: 8 });
    await departments.next();
    expect(await take(departments, 2)).toEqual([
      { department: 'Design', version: 2 },
      { ...sales, version: 8 },
    ]);
  });

  test('of a metric is one of its host and name, whatever spaces they hold', async () => {
    const metrics = connect().watchSystemMetrics();
    const first = { host: 'a b', name: 'c', version: 2 };
    gateway.setState(first);
    expect(await take(metrics, 1)).toEqual([first]);
    gateway.setState({ host: 'a', name: 'b c', version: 1 });
    gateway.setState({ ...first, version: 1 });
    gateway.setState({ ...first, version: 3 });
    expect(await take(metrics, 2)).toEqual([
      { host: 'a', name: 'b c', version: 1 },
      { ...first, version: 3 },
    ]);
  });

  test('of a dead letter has no version: each change comes, to a slow loop the newest of each letter', async () => {
    const letters = connect().watchDeadLetters();
    const [failed, redriven] = [
      { id: 'a', state: 'PENDING' },
      { id: 'a', state: 'REDRIVEN' },
    ];
    gateway.setState(failed);
    expect(await take(letters, 1)).toEqual([failed]);
    gateway.setState(failed);
    expect(await take(letters, 1)).toEqual([failed]);
    gateway.setState(failed);
    gateway.setState({ id: 'b', state: 'PENDING' });
    gateway.setState(redriven);
    await gateway.delivered();
    expect(await take(letters, 2)).toEqual([redriven, { id: 'b', state: 'PENDING' }]);
  });
});
