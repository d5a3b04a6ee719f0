import { afterEach, beforeAll, expect, test } from '@jest/globals';
import { createTopic, deleteTopic, produce } from '../topics/support.js';
import { startUnderTest, type UnderTest } from '../support/under-test.js';
import { awkwardIds, boundaries } from './frames.js';
import { openClient, type ProtocolClient } from './protocol-client.js';
import { opcodes, type Message } from './raw-socket.js';

/*
 * As frames.test.ts, through the real hub: what it executes and serialises once for all who ask for the same must come to each as if it
 * were its own, under its own id.
 */
let gateway: UnderTest;
let topics = 0;
beforeAll(async () => {
  gateway = await startUnderTest();
});

const clients: ProtocolClient[] = [];
const open = async (): Promise<ProtocolClient> => {
  const client = await openClient(gateway.millrace.url.replace('http', 'ws').concat('/graphql'));
  clients.push(client);
  return client;
};
afterEach(async () => {
  const opened = clients.splice(0);
  opened.forEach((client) => client.cut());
  await Promise.all(opened.map(({ closed }) => closed));
});

/** Of one partition, so that all is in order. */
const newTopic = async (): Promise<string> => {
  const name = `their.frames.${(topics += 1)}`;
  await createTopic(gateway.client, name, { partitions: 1 });
  return name;
};

const send = (topic: string, value: string) => produce(gateway.client, { topic, key: 'k', value });

const watch = async (client: ProtocolClient, topic: string, id: string, fields = 'value'): Promise<void> => {
  client.subscribe(
    id,
    `subscription ($topic: String!) { messages(topic: $topic, heartbeat: 60) { ${fields} } }`,
    {
      variables: { topic },
    },
  );
  expect(await client.read()).toMatchObject({ id, type: 'next', payload: { data: { messages: null } } });
};

const nextOf = (id: string, message: object): Message => ({
  id,
  type: 'next',
  payload: { data: { messages: message } },
});
const sizeOf = (value: unknown): number => Buffer.byteLength(JSON.stringify(value));

/** What it got for each of its ids, each having got as much. */
const readEach = async (client: ProtocolClient, ids: readonly string[]): Promise<Map<string, Message>> => {
  const byId = new Map<string, Message>();
  while (byId.size < ids.length) {
    const message = await client.read();
    expect(byId.has(message.id!)).toBe(false);
    byId.set(message.id!, message);
  }
  expect([...byId.keys()].toSorted()).toEqual(ids.toSorted());
  return byId;
};

test('a shared result has a head that fits its size, at each boundary', async () => {
  const topic = await newTopic();
  const [measured, ...others] = [await open(), await open(), await open()];
  for (const client of [measured, ...others]) await watch(client, topic, '1');
  for (const client of others) await watch(client, topic, 'another');
  await measured.frames.until(({ opcode }) => opcode === opcodes.text); // the acknowledgement
  await measured.frames.until(({ opcode }) => opcode === opcodes.text); // the greeting
  for (const { bytes, headBytes } of boundaries.filter((boundary) => boundary.bytes < 100_000))
    for (const letter of ['x', '서']) {
      const rest = bytes - sizeOf(nextOf('1', { value: '' }));
      const letters = Math.floor(rest / Buffer.byteLength(letter));
      const value = letter.repeat(letters) + 'x'.repeat(rest - letters * Buffer.byteLength(letter));
      await send(topic, value);
      expect(await measured.read()).toEqual(nextOf('1', { value }));
      const frame = await measured.frames.until(({ opcode }) => opcode === opcodes.text);
      expect([frame.payload.length, frame.headBytes]).toEqual([bytes, headBytes]);
      for (const client of others) {
        const byId = await readEach(client, ['1', 'another']);
        for (const [id, message] of byId) expect(message).toEqual(nextOf(id, { value }));
      }
    }
});

test('a shared result of more than a megabyte comes whole', async () => {
  const topic = await newTopic();
  const [one, other] = [await open(), await open()];
  for (const client of [one, other])
    await watch(client, topic, client === one ? 'a' : 'b', 'a: value b: value c: value d: value e: value');
  const value = '😀'.repeat(50_000);
  await send(topic, value);
  const message = { a: value, b: value, c: value, d: value, e: value };
  expect(await one.read()).toEqual(nextOf('a', message));
  expect(await other.read()).toEqual(nextOf('b', message));
});

test('every id gets its own copy of a shared result, whatever it is made of', async () => {
  const topic = await newTopic();
  const [one, other] = [await open(), await open()];
  const ids = awkwardIds.map(({ id }) => id);
  for (const client of [one, other]) for (const id of ids) await watch(client, topic, id);
  const controls = Array.from({ length: 32 }, (_, code) => String.fromCharCode(code))
    .join('')
    .replace('\0', '');
  const values = ['plain', `"quoted" \\ ${controls}`, '\u2028\u2029\ufeff', '주문 👩‍👩‍👧', '{"id":"1"}', ''];
  for (const value of values) {
    await send(topic, value);
    for (const client of [one, other])
      for (const [id, message] of await readEach(client, ids)) expect(message).toEqual(nextOf(id, { value }));
  }
  const [kept, left] = [ids.slice(0, 5), ids.slice(5)];
  for (const id of left) one.complete(id);
  await one.isQuiet();
  await send(topic, 'after');
  for (const [id, message] of await readEach(one, kept))
    expect(message).toEqual(nextOf(id, { value: 'after' }));
  await readEach(other, ids);
  await one.isQuiet();
});

test('the end of what is shared is told to each id, and each id may be used again', async () => {
  const topic = await newTopic();
  const [one, other] = [await open(), await open()];
  const ids = ['1', 'say "hi"', '주문'];
  for (const client of [one, other]) for (const id of ids) await watch(client, topic, id);
  await send(topic, 'last');
  for (const client of [one, other]) await readEach(client, ids);
  await deleteTopic(gateway.client, topic);
  for (const client of [one, other]) {
    for (const [id, message] of await readEach(client, ids))
      expect(message).toEqual({
        id,
        type: 'error',
        payload: [
          expect.objectContaining({
            message: expect.any(String),
            extensions: expect.objectContaining({ code: expect.any(String) }),
          }),
        ],
      });
    await client.isQuiet();
    const again = await newTopic();
    for (const id of ids) await watch(client, again, id);
    await send(again, 'again');
    for (const [id, message] of await readEach(client, ids))
      expect(message).toEqual(nextOf(id, { value: 'again' }));
  }
});

test('equal subscriptions that differ in their selection or their names of fields get their own', async () => {
  const topic = await newTopic();
  const client = await open();
  const selections = {
    a: 'value',
    b: 'v: value',
    c: 'value key',
    d: 'key value',
    e: 'value __typename',
    f: '... { value }',
  };
  for (const [id, fields] of Object.entries(selections)) await watch(client, topic, id, fields);
  await send(topic, 'x');
  const byId = await readEach(client, Object.keys(selections));
  expect(byId.get('a')).toStrictEqual(nextOf('a', { value: 'x' }));
  expect(byId.get('b')).toStrictEqual(nextOf('b', { v: 'x' }));
  expect(byId.get('c')).toStrictEqual(nextOf('c', { value: 'x', key: 'k' }));
  expect(JSON.stringify(byId.get('d')?.payload)).toBe('{"data":{"messages":{"key":"k","value":"x"}}}');
  expect(byId.get('e')).toStrictEqual(nextOf('e', { value: 'x', __typename: 'Message' }));
  expect(byId.get('f')).toStrictEqual(nextOf('f', { value: 'x' }));
});

test('a client that does not read gets all in order when it reads again; one that asks for the same is not held up', async () => {
  const topic = await newTopic();
  const [slow, quick] = [await open(), await open()];
  const fields = 'offset a: value b: value c: value d: value e: value';
  await watch(slow, topic, 'slow', fields);
  await watch(quick, topic, 'quick', fields);
  slow.pause();
  const value = 'x'.repeat(200_000);
  const messages = Array.from({ length: 30 }, (_, n) => ({
    offset: String(n),
    a: value,
    b: value,
    c: value,
    d: value,
    e: value,
  }));
  for (const message of messages) {
    await send(topic, value);
    expect(await quick.read()).toEqual(nextOf('quick', message));
  }
  slow.send({ type: 'ping', payload: { still: 'there' } });
  slow.resume();
  const others: Message[] = [];
  for (const message of messages) {
    let came = await slow.read();
    while (came.id !== 'slow') {
      others.push(came);
      came = await slow.read();
    }
    expect(came).toEqual(nextOf('slow', message));
  }
  expect([...others, ...(others.length === 0 ? [await slow.read()] : [])]).toEqual([
    { type: 'pong', payload: { still: 'there' } },
  ]);
  await slow.isQuiet();
});
