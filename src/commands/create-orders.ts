import { randomUUID } from 'node:crypto';
import { v7 as uuidv7 } from 'uuid';
import { conflict } from '../errors.js';
import { orderEvents } from '../events/topics.js';
import type { Order, OrderEvent } from '../events/orders.js';
import type { Written } from '../postgres/consistency.js';
import { Last, type Queryable, type Transaction } from '../postgres/database.js';
import type { KeyUse } from '../postgres/idempotency.js';
import { findOrders, insertOrders } from '../postgres/orders.js';
import { latestOutboxId } from '../postgres/outbox.js';
import { storeKeyedAnswers, withoutUsedKeys } from './idempotency.js';
import {
  isGiven,
  parseAmount,
  parseCurrency,
  parseEmail,
  parseId,
  parseText,
  parseTime,
  parseUuid,
} from './inputs.js';

export interface CreateOrderInput {
  readonly id?: string | null;
  readonly customerId: string;
  readonly customerEmail?: string | null;
  readonly region?: string | null;
  readonly totalAmount: string;
  readonly currency: string;
  readonly placedAt?: string | null;
}

/** An order to create; a repeat is compared with what `input` gives. */
export interface Creation {
  readonly order: Order;
  readonly input: CreateOrderInput;
  readonly use: KeyUse | undefined;
}

/** What one transaction did for one order; kept with its idempotency key. */
export interface Answer {
  readonly order: Order;
  readonly written: Written;
}

export type Outcome = Answer & { readonly replayed: boolean };

export type Outcomes = Map<Creation, Outcome | Error>;

/**
 * Creates orders and their events in one transaction. Several creations may have the same id; the first counts.
 * @returns what became of each; those without a key whose id was there before are left to {@link compareRepeats}
 */
export const createInTransaction = async (
  tx: Transaction,
  creations: readonly Creation[],
): Promise<Outcomes | Last<Outcomes>> => {
  const outcomes: Outcomes = new Map();
  // The usual case is one statement, and COMMIT goes out with it.
  if (!creations.some(({ use }) => use))
    return new Last(insertNew(tx, creations, outcomes).then(() => outcomes));
  const fresh = await withoutUsedKeys(tx, creations, outcomes);
  await insertNew(tx, fresh, outcomes);
  await compareRepeats(tx, fresh, outcomes);
  await storeKeyedAnswers(tx, fresh, outcomes);
  return outcomes;
};

/** Not async: what throws here must keep the transaction from its COMMIT. */
const insertNew = (tx: Transaction, creations: readonly Creation[], outcomes: Outcomes): Promise<void> => {
  const firsts = new Map<string, Creation>();
  for (const creation of creations)
    if (!firsts.has(creation.order.id)) firsts.set(creation.order.id, creation);
  const orders = [...firsts.values()].map(({ order }) => order);
  const events = orders.map((order) => ({
    topic: orderEvents.name,
    key: order.id,
    event: createdEvent(order),
  }));
  return insertOrders(tx, orders, events).then((outboxIds) => {
    for (const [id, outboxId] of outboxIds) {
      const creation = firsts.get(id);
      if (creation)
        outcomes.set(creation, { order: creation.order, written: { ids: [outboxId] }, replayed: false });
    }
  });
};

/** An id that was there already: accepted again when the client said nothing else of it than it did at first. */
export const compareRepeats = async (
  db: Queryable,
  creations: readonly Creation[],
  outcomes: Outcomes,
): Promise<void> => {
  const repeats = creations.filter((creation) => !outcomes.has(creation));
  if (repeats.length === 0) return;
  const written = { ids: [], upTo: await latestOutboxId(db) };
  const stored = new Map(
    (
      await findOrders(
        db,
        repeats.map(({ order }) => order.id),
      )
    ).map((order) => [order.id, order]),
  );
  for (const creation of repeats) {
    const order = stored.get(creation.order.id);
    outcomes.set(
      creation,
      order && isSame(order, creation)
        ? { order, written, replayed: true }
        : conflict(
            'ALREADY_EXISTS',
            `There is another order with the id ${creation.order.id}. Take a new id for a new order.`,
          ),
    );
  }
};

const isSame = (stored: Order, { order, input }: Creation): boolean =>
  givenFields.every((name) => !isGiven(input[name]) || stored[name] === order[name]);

const givenFields = [
  'customerId',
  'customerEmail',
  'region',
  'totalAmount',
  'currency',
  'placedAt',
] as const satisfies readonly (keyof Order & keyof CreateOrderInput)[];

/** @throws MillraceError BAD_USER_INPUT that names the field */
export const parseOrder = (input: CreateOrderInput, nowMs: number): Omit<Creation, 'use'> => {
  const now = new Date(nowMs).toISOString();
  const currency = parseCurrency('currency', input.currency);
  const { id, customerEmail, region, placedAt } = input;
  const order: Order = {
    id: isGiven(id) ? parseUuid('id', id) : uuidv7(),
    customerId: parseId('customerId', input.customerId),
    customerEmail: isGiven(customerEmail) ? parseEmail('customerEmail', customerEmail) : null,
    region: isGiven(region) ? parseText('region', region, { max: 100 }) : 'unknown',
    totalAmount: parseAmount('totalAmount', input.totalAmount, currency),
    currency,
    status: 'PAID',
    version: 1,
    placedAt: isGiven(placedAt) ? parseTime('placedAt', placedAt) : now,
    updatedAt: now,
  };
  return { order, input };
};

const createdEvent = (order: Order): OrderEvent => ({
  id: randomUUID(),
  type: 'order.created',
  time: order.updatedAt,
  data: { ...order, previousStatus: null },
});
