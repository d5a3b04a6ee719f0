import { randomUUID } from 'node:crypto';
import { conflict, notFound } from '../errors.js';
import { orderEvents } from '../events/topics.js';
import { transitions, type Order, type OrderEvent, type OrderStatus } from '../events/orders.js';
import { CommitUnknown } from '../postgres/database.js';
import { lockOrder, updateOrderStatus } from '../postgres/orders.js';
import { checkLength, rejection, type BatchOutcome, type Rejection } from './batch.js';
import {
  compareRepeats,
  createInTransaction,
  parseOrder,
  type CreateOrderInput,
  type Creation,
  type Outcome,
} from './create-orders.js';
import { createGroup } from './group.js';
import { keyUse } from './idempotency.js';
import { isGiven, parseUuid } from './inputs.js';
import { committing, createMutate, naming, together, type CommandOptions } from './mutation.js';

export interface OrderOutcome {
  readonly order: Order;
  readonly position: string;
  readonly replayed: boolean;
}

export interface StatusChange {
  readonly orderId: string;
  readonly from?: OrderStatus | null;
  readonly to: OrderStatus;
}

/**
 * What the order mutations do: check, then entity, event and idempotency key in one transaction.
 * All throw MillraceError; `caller` is the principal that keys are bound to.
 */
export interface OrderCommands {
  createOrder(caller: string, input: CreateOrderInput, idempotencyKey?: string | null): Promise<OrderOutcome>;
  createOrders(caller: string, inputs: readonly CreateOrderInput[]): Promise<BatchOutcome>;
  changeOrderStatus(
    caller: string,
    change: StatusChange,
    idempotencyKey?: string | null,
  ): Promise<OrderOutcome>;
}

const mostInGroup = 200;
const groupsAtOnce = 2;

export const createOrderCommands = (options: CommandOptions): OrderCommands => {
  const { database, consistency, onCommitted, now } = options;
  const commit = committing(database, onCommitted);
  const mutate = createMutate(options);

  const createOnce = async (creations: readonly Creation[]): Promise<(Outcome | Error)[]> => {
    const outcomes = await commit((tx) => createInTransaction(tx, creations));
    await compareRepeats(database, creations, outcomes).catch((error: unknown) => {
      // The new ones are committed, so "nothing was written" would be wrong.
      throw new CommitUnknown(error);
    });
    return creations.map(
      (creation) => outcomes.get(creation) ?? new Error('an order was left without outcome'),
    );
  };

  const create = (creations: readonly Creation[]) => together(creations, ({ order }) => order.id, createOnce);

  const group = createGroup<Creation, Outcome>({
    run: create,
    marksOf: ({ order, use }) => [order.id, ...(use ? [`${use.caller}\n${use.key}`] : [])],
    most: mostInGroup,
    concurrency: groupsAtOnce,
  });

  const answer = ({ order, written, replayed }: Outcome): OrderOutcome => ({
    order,
    position: consistency.positionOf(orderEvents.name, written),
    replayed,
  });

  return {
    createOrder: async (caller, input, idempotencyKey) => {
      const use = keyUse(caller, idempotencyKey, 'createOrder', input);
      const creation = { ...parseOrder(input, now()), use };
      return answer(await naming([creation.order.id], group.add(creation)));
    },

    createOrders: async (_caller, inputs) => {
      checkLength(inputs);
      const creations: (Creation & { index: number })[] = [];
      const rejected: Rejection[] = [];
      inputs.forEach((input, index) => {
        try {
          const { order } = parseOrder(input, now());
          creations.push({ order, input, use: undefined, index });
        } catch (error) {
          rejected.push(rejection(index, error));
        }
      });
      const created = creations.map(({ order }) => order.id);
      const outcomes = creations.length > 0 ? await naming(created, create(creations)) : [];
      const accepted: Outcome[] = [];
      outcomes.forEach((outcome, n) => {
        if (outcome instanceof Error) rejected.push(rejection(creations[n]?.index ?? 0, outcome));
        else accepted.push(outcome);
      });
      const ids = accepted.flatMap(({ written }) => written.ids);
      const upTo = Math.max(0, ...accepted.map(({ written }) => written.upTo ?? 0));
      return {
        accepted: accepted.length,
        replayed: accepted.filter(({ replayed }) => replayed).length,
        rejected: rejected.sort((a, b) => a.index - b.index),
        position: accepted.length > 0 ? consistency.positionOf(orderEvents.name, { ids, upTo }) : null,
      };
    },

    changeOrderStatus: async (caller, change, idempotencyKey) => {
      const use = keyUse(caller, idempotencyKey, 'changeOrderStatus', change);
      const id = parseUuid('orderId', change.orderId);
      const { entity, position, replayed } = await mutate(
        { topic: orderEvents.name, ids: [id], use },
        async (tx) => {
          const { order, event } = moved(await lockOrder(tx, id), { ...change, orderId: id }, now());
          await updateOrderStatus(tx, order);
          return { entity: order, events: [{ topic: orderEvents.name, key: id, event }] };
        },
      );
      return { order: entity, position, replayed };
    },
  };
};

/** The state machine: PAID (20) → SHIPPED (25) → DELIVERED (80). */
const moved = (
  order: Order | undefined,
  { orderId, from, to }: StatusChange,
  nowMs: number,
): { order: Order; event: OrderEvent } => {
  if (!order) throw notFound(`There is no order with the id ${orderId}.`);
  if (isGiven(from) && from !== order.status)
    throw conflict(
      'VERSION_MISMATCH',
      `from: the order is ${order.status}, not ${from}. Read it again and decide anew.`,
    );
  const transition = transitions[order.status];
  if (transition?.to !== to)
    throw conflict(
      'INVALID_TRANSITION',
      `to: an order that is ${order.status} can ${transition ? `only become ${transition.to}` : 'not change any more'}.`,
    );
  const updatedAt = new Date(nowMs).toISOString();
  const next: Order = { ...order, status: to, version: order.version + 1, updatedAt };
  const event = {
    id: randomUUID(),
    type: transition.type,
    time: updatedAt,
    data: { ...next, previousStatus: order.status },
  };
  return { order: next, event };
};
