import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { createMillrace, type Millrace } from '../../sdk/src/index.js';
import { startSmallGateway, type SmallGateway } from './small-gateway.js';

let gateway: SmallGateway;
let millrace: Millrace;

beforeEach(async () => {
  gateway = await startSmallGateway();
  millrace = createMillrace({ url: gateway.url, backoff: { minMs: 5, maxMs: 20 } });
});

afterEach(async () => {
  millrace.dispose();
  await gateway.stop();
});

const order = { customerId: 'c-1', totalAmount: '10', currency: 'KRW' };
const payload = { order: { id: 'o-1' }, position: 'p', replayed: false };

test('answers the field of the operation', async () => {
  gateway.answer = (_, response) => response.end(JSON.stringify({ data: { createOrder: payload } }));
  expect(await millrace.createOrder({ input: order })).toEqual(payload);
  expect(gateway.requests).toMatchObject([{ operationName: 'createOrder', variables: { input: order } }]);
});

test('an error of the server rejects with its code and extensions', async () => {
  gateway.answer = (_, response) => {
    response.statusCode = 400;
    response.end(
      JSON.stringify({
        errors: [{ message: 'no', extensions: { code: 'BAD_USER_INPUT', field: 'currency' } }],
      }),
    );
  };
  await expect(millrace.orderStats({ currency: 'X' })).rejects.toMatchObject({
    code: 'BAD_USER_INPUT',
    message: 'no',
    extensions: { field: 'currency' },
  });
});

test('a mutation whose answer is lost is not repeated, and its outcome is unknown', async () => {
  gateway.answer = (_, response) => response.destroy();
  await expect(millrace.createOrder({ input: order })).rejects.toMatchObject({ code: 'OUTCOME_UNKNOWN' });
  expect(gateway.requests).toHaveLength(1);
});

test.each([
  ['an idempotency key', { input: order, idempotencyKey: 'k' }],
  ['an id', { input: { ...order, id: 'o-1' } }],
])('a mutation with %s is repeated until it is answered', async (_, variables) => {
  gateway.answer = (_request, response) =>
    gateway.requests.length < 3
      ? response.destroy()
      : response.end(JSON.stringify({ data: { createOrder: payload } }));
  expect(await millrace.createOrder(variables)).toEqual(payload);
  expect(gateway.requests).toHaveLength(3);
});

test('a batch is repeated only if every item has an id', async () => {
  gateway.answer = (_, response) => response.destroy();
  const inputs = [{ ...order, id: 'o-1' }, order];
  await expect(millrace.createOrders({ inputs })).rejects.toMatchObject({ code: 'OUTCOME_UNKNOWN' });
  expect(gateway.requests).toHaveLength(1);
});

test('UNAVAILABLE is tried again, as nothing was accepted', async () => {
  const unavailable = { errors: [{ message: 'away', extensions: { code: 'UNAVAILABLE' } }] };
  gateway.answer = (_, response) =>
    response.end(
      JSON.stringify(gateway.requests.length < 2 ? unavailable : { data: { createOrder: payload } }),
    );
  expect(await millrace.createOrder({ input: order })).toEqual(payload);
});

test('a server that is not there is NETWORK, for a mutation too, as nothing was sent', async () => {
  await gateway.stop();
  await expect(millrace.createOrder({ input: order }, { retryForMs: 0 })).rejects.toMatchObject({
    code: 'NETWORK',
  });
  gateway = await startSmallGateway();
});

test('an answer that is no GraphQL is BAD_RESPONSE', async () => {
  gateway.answer = (_, response) => response.end('<html>');
  await expect(millrace.orders()).rejects.toMatchObject({ code: 'BAD_RESPONSE' });
});

test('an aborted call is CANCELLED', async () => {
  const abort = new AbortController();
  gateway.answer = () => abort.abort();
  await expect(millrace.orders({}, { signal: abort.signal })).rejects.toMatchObject({ code: 'CANCELLED' });
});
