import { randomUUID } from 'node:crypto';
import { v7 as uuidv7 } from 'uuid';
import { badInput, conflict, notFound } from '../errors.js';
import type { Product, ProductEventType } from '../events/products.js';
import { productEvents } from '../events/topics.js';
import type { Transaction } from '../postgres/database.js';
import type { OutgoingEvent } from '../postgres/outbox.js';
import {
  creationOfProduct,
  findCreatedProduct,
  insertProduct,
  lockProduct,
  updateProduct,
  type ProductCreation,
} from '../postgres/products.js';
import { keyUse } from './idempotency.js';
import {
  givenFields,
  parseAmount,
  parseCurrency,
  parseExpectedVersion,
  parseText,
  parseUuid,
} from './inputs.js';
import { checkVersion, createMutate, type CommandOptions, type Outcome } from './mutation.js';

export interface CreateProductInput {
  readonly id?: string | null;
  readonly productName: string;
  readonly price: string;
  readonly currency: string;
  readonly stockQuantity: number;
}

export interface UpdateProductInput {
  readonly productName?: string | null;
  readonly price?: string | null;
  readonly stockQuantity?: number | null;
}

export interface ProductUpdate {
  readonly id: string;
  readonly input: UpdateProductInput;
  readonly expectedVersion?: number | null;
}

export interface ProductOutcome {
  readonly product: Product;
  readonly position: string;
  readonly replayed: boolean;
}

/** All throw MillraceError; `caller` is the principal that keys are bound to. */
export interface ProductCommands {
  createProduct(
    caller: string,
    input: CreateProductInput,
    idempotencyKey?: string | null,
  ): Promise<ProductOutcome>;
  updateProduct(
    caller: string,
    update: ProductUpdate,
    idempotencyKey?: string | null,
  ): Promise<ProductOutcome>;
}

const topic = productEvents.name;

export const createProductCommands = (options: CommandOptions): ProductCommands => {
  const { now } = options;
  const mutate = createMutate(options);

  return {
    createProduct: async (caller, input, idempotencyKey) => {
      const use = keyUse(caller, idempotencyKey, 'createProduct', input);
      const product = parseProduct(input, now());
      const createdAs = creationOfProduct(product);
      return answer(
        await mutate({ topic, ids: [product.id], use }, async (tx) =>
          (await insertProduct(tx, { product, createdAs }))
            ? { entity: product, events: [eventOf('product.created', product)] }
            : { entity: await repeated(tx, product.id, createdAs), events: [], replayed: true },
        ),
      );
    },

    updateProduct: async (caller, update, idempotencyKey) => {
      const use = keyUse(caller, idempotencyKey, 'updateProduct', update);
      const id = parseUuid('id', update.id);
      const expectedVersion = parseExpectedVersion(update.expectedVersion);
      const change = parseChange(update.input);
      return answer(
        await mutate({ topic, ids: [id], use }, async (tx) => {
          const product = await lockProduct(tx, id);
          if (!product) throw notFound(`There is no product with the id ${id}.`);
          checkVersion(expectedVersion, product.version);
          const changed = change(product);
          if (isSame(creationOfProduct(changed), creationOfProduct(product)))
            return { entity: product, events: [] };
          const next: Product = {
            ...changed,
            version: product.version + 1,
            updatedAt: new Date(now()).toISOString(),
          };
          await updateProduct(tx, next);
          return { entity: next, events: [eventOf('product.changed', next)] };
        }),
      );
    },
  };
};

const answer = ({ entity, position, replayed }: Outcome<Product>): ProductOutcome => ({
  product: entity,
  position,
  replayed,
});

/** The product that was there already, when it was created with the same input. */
const repeated = async (tx: Transaction, id: string, createdAs: ProductCreation): Promise<Product> => {
  const found = await findCreatedProduct(tx, id);
  if (found && isSame(found.createdAs, createdAs)) return found.product;
  throw conflict(
    'ALREADY_EXISTS',
    `There is another product with the id ${id}. Take a new id for a new product.`,
  );
};

/** @throws MillraceError BAD_USER_INPUT that names the field */
const parseProduct = (input: CreateProductInput, nowMs: number): Product => {
  const now = new Date(nowMs).toISOString();
  const currency = parseCurrency('currency', input.currency);
  return {
    id: input.id == null ? uuidv7() : parseUuid('id', input.id),
    productName: parseText('productName', input.productName),
    price: parseAmount('price', input.price, currency, { zero: true }),
    currency,
    stockQuantity: parseStock(input.stockQuantity),
    version: 1,
    createdAt: now,
    updatedAt: now,
  };
};

/** What the update makes of a product. The price is checked with the product at hand: its currency says how fine it may be. */
const parseChange = (input: UpdateProductInput): ((product: Product) => Product) => {
  const { productName, price, stockQuantity } = givenFields(input);
  const given = {
    ...(productName !== undefined && { productName: parseText('productName', productName) }),
    ...(stockQuantity !== undefined && { stockQuantity: parseStock(stockQuantity) }),
  };
  return (product) => ({
    ...product,
    ...given,
    ...(price !== undefined && { price: parseAmount('price', price, product.currency, { zero: true }) }),
  });
};

/** GraphQL's Int bounds it from above. */
const parseStock = (stockQuantity: number): number => {
  if (stockQuantity < 0) throw badInput('stockQuantity', 'must be zero or above');
  return stockQuantity;
};

const isSame = (one: ProductCreation, other: ProductCreation): boolean =>
  one.productName === other.productName &&
  one.price === other.price &&
  one.currency === other.currency &&
  one.stockQuantity === other.stockQuantity;

const eventOf = (type: ProductEventType, product: Product): OutgoingEvent => ({
  topic,
  key: product.id,
  event: { id: randomUUID(), type, time: product.updatedAt, data: product },
});
