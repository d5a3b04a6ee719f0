import { z } from 'zod';
import type { LogRecord } from '../kafka/kafka.js';
import { parseData, type Event } from './envelope.js';
import { isAmount } from './money.js';

/** A product as its events and its row carry it. Times are ISO 8601 in UTC with milliseconds; the price has the currency's digits. */
export interface Product {
  readonly id: string;
  readonly productName: string;
  readonly price: string;
  readonly currency: string;
  readonly stockQuantity: number;
  readonly version: number;
  readonly createdAt: string;
  readonly updatedAt: string;
}

export type ProductEventType = 'product.created' | 'product.changed';

/** Value of a record of `product.events.v1`: the whole product after the event. */
export type ProductEvent = Event<ProductEventType, Product>;

const types = ['product.created', 'product.changed'] as const;
const data = z
  .object({
    id: z.guid(),
    productName: z.string(),
    price: z.string(),
    currency: z.string(),
    stockQuantity: z.int().nonnegative(),
    version: z.int().positive(),
    createdAt: z.iso.datetime(),
    updatedAt: z.iso.datetime(),
  })
  .refine(({ price, currency }) => isAmount(price, currency), 'price is no amount of the currency');

/** @throws UnparseableEvent that names the first field at fault */
export const parseProductEvent = (record: LogRecord): ProductEvent =>
  parseData('product', record, types, data);
