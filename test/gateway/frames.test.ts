import { afterAll, afterEach, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { eventually } from '../support/await.js';
import { awkwardIds, boundaries } from './frames.js';
import { eventOf, nextOf, startProtocolGateway, type ProtocolGateway } from './protocol-support.js';
import { frameOf, opcodes, type Frame } from './raw-socket.js';

/* How messages lie in frames and in the stream of bytes, in both directions; the client of these tests reads and writes them itself. */
jest.setTimeout(10_000);

let gateway: ProtocolGateway;
let open: ProtocolGateway['open'];
beforeAll(async () => {
  gateway = await startProtocolGateway({ socketLimits: { initWaitMs: 3_000, keepAliveMs: 5_000 } });
  ({ open } = gateway);
});
afterEach(() => gateway.closeClients());
afterAll(() => gateway.running.stop());

const isText = ({ opcode }: Frame): boolean => opcode === opcodes.text;
const sizeOf = (value: unknown): number => Buffer.byteLength(JSON.stringify(value));

describe.each(boundaries)('a message of $bytes bytes has a head of $headBytes', ({ bytes, headBytes }) => {
  it.each(['x', '서'])('as a result, in letters like %s', async (letter) => {
    const client = await open();
    client.watch('1', `${bytes} ${letter}`);
    const source = await gateway.sources.of(`${bytes} ${letter}`);
    const rest = bytes - sizeOf(nextOf('1', ''));
    const letters = Math.max(0, Math.floor((rest - 3) / Buffer.byteLength(letter)));
    const region = letter.repeat(letters) + 'x'.repeat(rest - letters * Buffer.byteLength(letter));
    source.push(eventOf(region));
    source.push(eventOf('behind it'));
    await client.frames.until(isText); // the acknowledgement
    const frame = await client.frames.until(isText);
    expect([frame.payload.length, frame.headBytes]).toEqual([bytes, headBytes]);
    expect(await client.read()).toEqual(nextOf('1', region));
    expect(await client.read()).toEqual(nextOf('1', 'behind it'));
  });

  it('as the result of a query, and as a pong', async () => {
    const client = await open();
    await client.frames.until(isText);
    const next = { id: '1', type: 'next', payload: { data: { product: { productName: '' } } } };
    const productName = 'x'.repeat(bytes - sizeOf(next));
    // The document is too long for what comes in by variables of more than 128 KB.
    if (bytes < 100_000) {
      client.subscribe('1', 'query ($id: ID!) { product(id: $id) { productName } }', {
        variables: { id: productName },
      });
      expect(await client.read()).toEqual({ ...next, payload: { data: { product: { productName } } } });
      expect(await client.frames.until(isText)).toMatchObject({ headBytes, payload: { length: bytes } });
      expect(await client.read()).toEqual({ id: '1', type: 'complete' });
      await client.frames.until(isText);
      const pong = {
        type: 'pong',
        payload: { text: 'x'.repeat(bytes - sizeOf({ type: 'pong', payload: { text: '' } })) },
      };
      client.send({ ...pong, type: 'ping' });
      expect(await client.read()).toEqual(pong);
      expect(await client.frames.until(isText)).toMatchObject({ headBytes, payload: { length: bytes } });
    }
    await client.isQuiet();
  });
});

describe.each(awkwardIds)('an id like $what', ({ id }) => {
  it('comes back as it is with next, error and complete', async () => {
    const client = await open();
    client.subscribe(id, '{ product(id: "a") { id } }');
    expect(await client.read()).toEqual({ id, type: 'next', payload: { data: { product: { id: 'a' } } } });
    expect(await client.read()).toEqual({ id, type: 'complete' });
    client.subscribe(id, '{ nonsense }');
    expect(await client.read()).toMatchObject({
      id,
      type: 'error',
      payload: [{ message: expect.any(String) }],
    });
    client.watch(id, id);
    client.watch('other', id);
    await gateway.sources.of(id, 1);
    const [source, other] = gateway.sources.named(id);
    source!.push(eventOf('a'));
    expect(await client.read()).toEqual(nextOf(id, 'a'));
    client.complete(id);
    await eventually(() => source!.ended);
    other!.push(eventOf('b'));
    expect(await client.read()).toEqual(nextOf('other', 'b'));
    await client.isQuiet();
  });
});

describe('the client may cut its bytes', () => {
  const subscribe = JSON.stringify({
    id: '서울',
    type: 'subscribe',
    payload: { query: '{ product(id: "🎉") { id } }' },
  });
  const answers = [
    { id: '서울', type: 'next', payload: { data: { product: { id: '🎉' } } } },
    { id: '서울', type: 'complete' },
  ];

  it('into fragments, with pings between them, also within a letter', async () => {
    const client = await open();
    const bytes = Buffer.from(subscribe);
    const within = bytes.indexOf('🎉') + 2;
    client.write(frameOf(opcodes.text, bytes.subarray(0, 7), { last: false }));
    client.write(frameOf(opcodes.ping, 'one'));
    client.write(frameOf(opcodes.continuation, bytes.subarray(7, within), { last: false }));
    client.write(frameOf(opcodes.continuation, '', { last: false }));
    client.write(frameOf(opcodes.ping, 'two'));
    client.write(frameOf(opcodes.continuation, bytes.subarray(within)));
    expect([await client.read(), await client.read()]).toEqual(answers);
    const pongs = client.frames.all.filter(({ opcode }) => opcode === opcodes.pong);
    expect(pongs.map(({ payload }) => String(payload))).toEqual(['one', 'two']);
  });

  it('anywhere, down to single bytes', async () => {
    const client = await open();
    for (const byte of frameOf(opcodes.text, subscribe)) {
      client.write(Buffer.from([byte]));
      await new Promise((resolve) => setImmediate(resolve));
    }
    expect([await client.read(), await client.read()]).toEqual(answers);
  });

  it('nowhere: many messages come in one write, and are answered in their order', async () => {
    const client = await open();
    const numbers = Array.from({ length: 300 }, (_, n) => n);
    const pings = numbers.map((n) => frameOf(opcodes.text, JSON.stringify({ type: 'ping', payload: { n } })));
    client.write(Buffer.concat(pings));
    for (const n of numbers) expect(await client.read()).toEqual({ type: 'pong', payload: { n } });
  });
});

describe('a client that does not read', () => {
  const big = 'x'.repeat(256 * 1024);
  const regions = Array.from({ length: 120 }, (_, n) => `${n} ${big}`);

  it('gets all in order when it reads again, and holds up nobody', async () => {
    const [slow, quick] = [await open(), await open()];
    slow.watch('1', 'slow');
    quick.watch('1', 'quick');
    const source = await gateway.sources.of('slow');
    const other = await gateway.sources.of('quick');
    slow.pause();
    for (const region of regions) source.push(eventOf(region));
    source.end();
    for (let n = 0; n < 50; n += 1) {
      other.push(eventOf(String(n)));
      expect(await quick.read()).toEqual(nextOf('1', String(n)));
    }
    slow.resume();
    for (const region of regions) expect(await slow.read()).toEqual(nextOf('1', region));
    expect(await slow.read()).toEqual({ id: '1', type: 'complete' });
  });

  it('costs no more than the gateway’s bound: its source is not asked for what the socket does not take', async () => {
    const client = await open();
    client.watch('1', 'unread');
    const source = await gateway.sources.of('unread');
    client.pause();
    for (const region of regions) source.push(eventOf(region));
    const other = await open();
    await other.isQuiet();
    await other.isQuiet();
    // What the system's own buffers take, here and there, is a few megabytes.
    expect(source.asked).toBeLessThan(80);
    client.cut();
    await eventually(() => source.ended);
  });

  it('is not read either: the answers to what it goes on to send do not pile up', async () => {
    const client = await open();
    client.pause();
    const ping = frameOf(
      opcodes.text,
      JSON.stringify({ type: 'ping', payload: { text: big.slice(0, 120_000) } }),
    );
    for (let n = 0; n < 400; n += 1) client.write(ping);
    await expect(eventually(() => client.unsent() === 0, { timeoutMs: 3_000 })).rejects.toThrow('Not within');
  });

  it('is answered and ended as any other once it reads: pings, complete, errors', async () => {
    const client = await open();
    client.watch('1', 'asks on');
    const source = await gateway.sources.of('asks on');
    client.pause();
    for (const region of regions) source.push(eventOf(region));
    client.send({ type: 'ping', payload: { n: 1 } });
    client.subscribe('2', '{ nonsense }');
    client.complete('1');
    await eventually(() => source.ended);
    client.resume();
    const others: unknown[] = [];
    while (others.length < 2) {
      const message = await client.read();
      if (message.id !== '1') others.push(message);
    }
    expect(others).toEqual(
      expect.arrayContaining([
        { type: 'pong', payload: { n: 1 } },
        expect.objectContaining({ id: '2', type: 'error' }),
      ]),
    );
    await client.isQuiet();
  });
});
