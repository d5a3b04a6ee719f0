import { randomUUID } from 'node:crypto';
import { v7 as uuidv7 } from 'uuid';
import { conflict } from '../errors.js';
import { orderEvents } from '../events/topics.js';
import type { Order, OrderEvent } from '../events/orders.js';
import type { Written } from '../postgres/consistency.js';
import type { Transaction } from '../postgres/database.js';
import { claimKeys, releaseKeys, storeAnswers, type KeyUse } from '../postgres/idempotency.js';
import { findOrders, insertOrders } from '../postgres/orders.js';
import { appendEvents, latestOutboxId } from '../postgres/outbox.js';
import { firstAnswer } from './idempotency.js';
import { parseAmount, parseCurrency, parseEmail, parseText, parseTime, parseUuid } from './inputs.js';

export interface CreateOrderInput {
  readonly id?: string | null;
  readonly customerId: string;
  readonly customerEmail?: string | null;
  readonly region?: string | null;
  readonly totalAmount: string;
  readonly currency: string;
  readonly placedAt?: string | null;
}

/** An order to create: `given` holds what the client said of it, which a repeat is compared with. */
export interface Creation {
  readonly order: Order;
  readonly given: Partial<Order>;
  readonly use: KeyUse | undefined;
}

/** What one transaction did for one order; kept with its idempotency key. */
export interface Answer {
  readonly order: Order;
  readonly written: Written;
}

export type Outcome = Answer & { readonly replayed: boolean };

/**
 * Creates orders and their events in one transaction, and answers each: created, there before, or refused with an Error.
 * Several creations may have the same id or say the same thing twice; the first counts.
 */
export const createInTransaction = async (
  tx: Transaction,
  creations: readonly Creation[],
): Promise<(Outcome | Error)[]> => {
  const outcomes = new Map<Creation, Outcome | Error>();
  const fresh = await withoutUsedKeys(tx, creations, outcomes);
  const inserted = await insertOrders(tx, firstOfEachId(fresh));
  const created = new Map<string, Creation>();
  for (const creation of fresh)
    if (inserted.has(creation.order.id) && !created.has(creation.order.id))
      created.set(creation.order.id, creation);
  const appended = [...created.values()];
  const ids =
    appended.length > 0
      ? await appendEvents(
          tx,
          appended.map(({ order }) => ({
            topic: orderEvents.name,
            key: order.id,
            event: createdEvent(order),
          })),
        )
      : [];
  appended.forEach((creation, n) =>
    outcomes.set(creation, { order: creation.order, written: { ids: ids.slice(n, n + 1) }, replayed: false }),
  );
  await compareRepeats(tx, fresh, outcomes);
  await storeKeyedAnswers(tx, fresh, outcomes);
  return creations.map(
    (creation) => outcomes.get(creation) ?? new Error('an order was left without outcome'),
  );
};

/** Answers those whose key was used before; the others go on. */
const withoutUsedKeys = async (
  tx: Transaction,
  creations: readonly Creation[],
  outcomes: Map<Creation, Outcome | Error>,
): Promise<Creation[]> => {
  const keyed = creations.filter(hasKey);
  if (keyed.length === 0) return [...creations];
  const claimed = await claimKeys(
    tx,
    keyed.map(({ use }) => use),
  );
  for (const [n, creation] of keyed.entries())
    if (!claimed[n])
      outcomes.set(
        creation,
        await firstAnswer<Answer>(tx, creation.use).then((first) => ({ ...first, replayed: true }), asError),
      );
  return creations.filter((creation) => !outcomes.has(creation));
};

const hasKey = (creation: Creation): creation is Creation & { use: KeyUse } => creation.use !== undefined;

const firstOfEachId = (creations: readonly Creation[]): Order[] => [
  ...new Map(creations.toReversed().map(({ order }) => [order.id, order])).values(),
];

/** An id that was there already: accepted again when the client said nothing else of it than it did at first. */
const compareRepeats = async (
  tx: Transaction,
  creations: readonly Creation[],
  outcomes: Map<Creation, Outcome | Error>,
): Promise<void> => {
  const repeats = creations.filter((creation) => !outcomes.has(creation));
  if (repeats.length === 0) return;
  const written = { ids: [], upTo: await latestOutboxId(tx) };
  const stored = new Map(
    (
      await findOrders(
        tx,
        repeats.map(({ order }) => order.id),
      )
    ).map((order) => [order.id, order]),
  );
  for (const creation of repeats) {
    const order = stored.get(creation.order.id);
    outcomes.set(
      creation,
      order && isSame(order, creation.given)
        ? { order, written, replayed: true }
        : conflict(
            'ALREADY_EXISTS',
            `There is another order with the id ${creation.order.id}. Take a new id for a new order.`,
          ),
    );
  }
};

const isSame = (order: Order, given: Partial<Order>): boolean =>
  (Object.keys(given) as (keyof Order)[]).every((name) => order[name] === given[name]);

const storeKeyedAnswers = async (
  tx: Transaction,
  creations: readonly Creation[],
  outcomes: ReadonlyMap<Creation, Outcome | Error>,
): Promise<void> => {
  const answers: { use: KeyUse; answer: Answer }[] = [];
  const refused: KeyUse[] = [];
  for (const creation of creations.filter(hasKey)) {
    const outcome = outcomes.get(creation);
    if (!outcome || outcome instanceof Error) refused.push(creation.use);
    else answers.push({ use: creation.use, answer: { order: outcome.order, written: outcome.written } });
  }
  if (answers.length > 0) await storeAnswers(tx, answers);
  if (refused.length > 0) await releaseKeys(tx, refused);
};

/** @throws MillraceError BAD_USER_INPUT that names the field */
export const parseOrder = (input: CreateOrderInput, nowMs: number): Omit<Creation, 'use'> => {
  const at = new Date(nowMs).toISOString();
  const currency = parseCurrency('currency', input.currency);
  const given = {
    ...(isGiven(input.id) && { id: parseUuid('id', input.id) }),
    customerId: parseText('customerId', input.customerId),
    ...(isGiven(input.customerEmail) && { customerEmail: parseEmail('customerEmail', input.customerEmail) }),
    ...(isGiven(input.region) && { region: parseText('region', input.region, { max: 100 }) }),
    totalAmount: parseAmount('totalAmount', input.totalAmount, currency),
    currency,
    ...(isGiven(input.placedAt) && { placedAt: parseTime('placedAt', input.placedAt) }),
  };
  const defaults = { id: given.id ?? uuidv7(), customerEmail: null, region: 'unknown', placedAt: at };
  return { given, order: { ...defaults, ...given, status: 'PAID', version: 1, updatedAt: at } };
};

export const isGiven = (value: string | null | undefined): value is string =>
  value !== null && value !== undefined;

const createdEvent = (order: Order): OrderEvent => ({
  id: randomUUID(),
  type: 'order.created',
  time: order.updatedAt,
  data: { ...order, previousStatus: null },
});

export const asError = (error: unknown): Error => (error instanceof Error ? error : new Error(String(error)));
