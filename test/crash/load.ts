import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Answer, TestClient } from '../support/graphql.js';
import { between, oneOf, type Random } from './random.js';

/**
 * Clients that create and ship orders, and keep a journal of what they were answered. An order whose answer was lost is sent
 * again with the same id, as a client would; one in ten is given up instead, and may then be there once or not at all.
 */
export interface Load {
  readonly journal: Journal;
  /** Lets the clients send so many orders more. */
  allow(orders: number): void;
  /** Resolves once `count` orders in all were answered with success or given up. */
  answered(count: number): Promise<void>;
  /** All that was allowed is answered, and the clients are gone. @throws a refusal that no fault explains */
  end(): Promise<void>;
}

export interface Journal {
  /** Ids of orders that were sent. */
  readonly sent: ReadonlySet<string>;
  readonly accepted: ReadonlySet<string>;
  /** Given up after a lost answer. */
  readonly unknown: ReadonlySet<string>;
  /** Orders whose shipping was answered with success. */
  readonly shipped: ReadonlySet<string>;
  /** Requests whose answer was lost, or that were told to try again. */
  readonly retries: () => number;
}

export interface LoadOptions {
  readonly client: TestClient;
  readonly random: Random;
  readonly clients?: number;
  /** Most ms between two requests of one client. */
  readonly mostPauseMs?: number;
  /** Ships any order that was accepted, and not one of those that were just created. */
  readonly shipsAny?: boolean | undefined;
}

const createOrders = `mutation ($inputs: [CreateOrderInput!]!) {
  createOrders(inputs: $inputs) { accepted rejected { index code message } }
}`;
const createOrder = `mutation ($input: CreateOrderInput!) { createOrder(input: $input) { order { id version } } }`;
const shipOrder = `mutation ($id: ID!, $key: ID!) {
  changeOrderStatus(orderId: $id, from: PAID, to: SHIPPED, idempotencyKey: $key) { order { status version } }
}`;

const regions = ['서울', '부산', '대구', '인천', '광주'];
const firstPlacedAt = Date.UTC(2026, 0, 31, 22);

export const makeOrder = (random: Random) => {
  const currency = random() < 0.8 ? 'KRW' : 'GBP';
  const amount = between(random, 1, 500_000);
  return {
    id: randomUUID(),
    customerId: `customer-${between(random, 1, 40)}`,
    region: oneOf(random, regions),
    totalAmount: currency === 'KRW' ? `${amount}` : (amount / 100).toFixed(2),
    currency,
    placedAt: new Date(firstPlacedAt + between(random, 0, 14_400_000)).toISOString(),
  };
};

/** What a client may be answered while servers are killed; anything else is a defect. */
const passing = new Set(['UNAVAILABLE', 'OUTCOME_UNKNOWN']);

export const startLoad = (options: LoadOptions): Load => {
  const { client, random, clients = 6, mostPauseMs = 40, shipsAny = false } = options;
  const shippable: string[] = [];
  const [sent, accepted, unknown, shipped] = Array.from({ length: 4 }, () => new Set<string>()) as [
    Set<string>,
    Set<string>,
    Set<string>,
    Set<string>,
  ];
  let retries = 0;
  let allowed = 0;
  let ending = false;
  let failure: Error | undefined;

  /** @returns undefined when it was given up */
  const insist = async <Data>(
    query: string,
    variables: object,
    mayGiveUp: boolean,
  ): Promise<Data | undefined> => {
    for (let tries = 1; ; tries += 1) {
      const answer = await client
        .post<Data>(query, variables)
        .catch((): Answer<Data> | undefined => undefined);
      if (answer?.data && !answer.errors) return answer.data;
      if (answer && !answer.errors?.every(({ extensions }) => passing.has(extensions.code)))
        throw new Error(`${query} ${JSON.stringify(variables)} was answered ${JSON.stringify(answer)}`);
      retries += 1;
      if (mayGiveUp && tries === 1 && random() < 0.1) return undefined;
      await sleep(50);
    }
  };

  const create = async (orders: readonly ReturnType<typeof makeOrder>[]): Promise<boolean> => {
    if (orders.length === 1) return (await insist(createOrder, { input: orders[0] }, true)) !== undefined;
    const data = await insist<{ createOrders: { accepted: number } }>(createOrders, { inputs: orders }, true);
    if (data && data.createOrders.accepted !== orders.length)
      throw new Error(`orders were refused: ${JSON.stringify(data)}`);
    return data !== undefined;
  };

  const work = async (): Promise<void> => {
    while (failure === undefined) {
      const orders = [];
      const most = random() < 0.3 ? 1 : between(random, 2, 25);
      while (orders.length < most && sent.size < allowed) {
        const order = makeOrder(random);
        orders.push(order);
        sent.add(order.id);
      }
      if (orders.length > 0) {
        const outcome = (await create(orders)) ? accepted : unknown;
        for (const { id } of orders) outcome.add(id);
        if (outcome === accepted) shippable.push(...orders.map((order) => order.id));
        const id = shipsAny ? takeOne(random, shippable) : oneOf(random, orders).id;
        if (id !== undefined && outcome === accepted && random() < 0.5) {
          await insist(shipOrder, { id, key: `ship-${id}` }, false);
          shipped.add(id);
        }
      } else if (ending) return;
      await sleep(random() * mostPauseMs);
    }
  };

  const working = Promise.all(
    Array.from({ length: clients }, () => work().catch((error: unknown) => (failure ??= asError(error)))),
  );
  const rethrow = (): void => {
    if (failure !== undefined) throw failure;
  };

  return {
    journal: { sent, accepted, unknown, shipped, retries: () => retries },
    allow: (orders) => void (allowed += orders),
    answered: async (count) => {
      while (failure === undefined && accepted.size + unknown.size < count) await sleep(5);
      rethrow();
    },
    end: async () => {
      ending = true;
      await working;
      rethrow();
    },
  };
};

const takeOne = (random: Random, ids: string[]): string | undefined =>
  ids.splice(between(random, 0, Math.max(0, ids.length - 1)), 1)[0];

const asError = (error: unknown): Error => (error instanceof Error ? error : new Error(String(error)));
