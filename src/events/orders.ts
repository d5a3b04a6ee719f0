import { z } from 'zod';
import type { LogRecord } from '../kafka/kafka.js';
import { parseData, type Event } from './envelope.js';
import { isAmount } from './money.js';

export type OrderStatus = 'PAID' | 'SHIPPED' | 'DELIVERED';

export const statusCodes: Readonly<Record<OrderStatus, number>> = { PAID: 20, SHIPPED: 25, DELIVERED: 80 };

/** An order as its events and its row carry it. Times are ISO 8601 in UTC with milliseconds; the amount has the currency's digits. */
export interface Order {
  readonly id: string;
  readonly customerId: string;
  readonly customerEmail: string | null;
  readonly region: string;
  readonly totalAmount: string;
  readonly currency: string;
  readonly status: OrderStatus;
  readonly version: number;
  readonly placedAt: string;
  readonly updatedAt: string;
}

export type OrderEventType = 'order.created' | 'order.shipped' | 'order.delivered';

/** Value of a record of `order.events.v1`: the whole order after the event. */
export interface OrderEventData extends Order {
  readonly previousStatus: OrderStatus | null;
}

export type OrderEvent = Event<OrderEventType, OrderEventData>;

/** The next status of each, and the event that tells of it. */
export const transitions: Readonly<
  Record<OrderStatus, { to: OrderStatus; type: OrderEventType } | undefined>
> = {
  PAID: { to: 'SHIPPED', type: 'order.shipped' },
  SHIPPED: { to: 'DELIVERED', type: 'order.delivered' },
  DELIVERED: undefined,
};

const types = ['order.created', 'order.shipped', 'order.delivered'] as const;
const status = z.enum(['PAID', 'SHIPPED', 'DELIVERED']);
const time = z.iso.datetime();
const data = z
  .object({
    id: z.guid(),
    customerId: z.string(),
    customerEmail: z.string().nullable(),
    region: z.string(),
    totalAmount: z.string(),
    currency: z.string(),
    status,
    version: z.int().positive(),
    placedAt: time,
    updatedAt: time,
    previousStatus: status.nullable(),
  })
  .refine(
    ({ totalAmount, currency }) => isAmount(totalAmount, currency),
    'totalAmount is no amount of the currency',
  );

/** @throws UnparseableEvent that names the first field at fault */
export const parseOrderEvent = (record: LogRecord): OrderEvent => parseData('order', record, types, data);
