import type { TestDatabase } from '../support/database.js';
import type { TestClient } from '../support/graphql.js';

export interface ProductInput {
  readonly id?: string | null;
  readonly productName?: string;
  readonly price?: string | number;
  readonly currency?: string;
  readonly stockQuantity?: number;
}

export interface ProductAnswer {
  readonly id: string;
  readonly productName: string;
  readonly price: string;
  readonly currency: string;
  readonly stockQuantity: number;
  readonly version: number;
  readonly createdAt: string;
  readonly updatedAt: string;
}

export interface Payload {
  readonly product: ProductAnswer;
  readonly position: string;
  readonly replayed: boolean;
}

export const productFields = '{ id productName price currency stockQuantity version createdAt updatedAt }';
const payloadFields = `{ product ${productFields} position replayed }`;

export const createProductMutation = `mutation ($input: CreateProductInput!, $key: ID) {
  createProduct(input: $input, idempotencyKey: $key) ${payloadFields}
}`;
export const updateProductMutation = `mutation ($id: ID!, $input: UpdateProductInput!, $expectedVersion: Long, $key: ID) {
  updateProduct(id: $id, input: $input, expectedVersion: $expectedVersion, idempotencyKey: $key) ${payloadFields}
}`;

/** A product whose fields do not matter to the test, but for those given. */
export const aProduct = (input: ProductInput = {}): ProductInput => ({
  productName: 'Kettle',
  price: '12.50',
  currency: 'GBP',
  stockQuantity: 10,
  ...input,
});

export const createProduct = async (
  client: TestClient,
  input: ProductInput = {},
  key?: string,
): Promise<Payload> =>
  (await client.data<{ createProduct: Payload }>(createProductMutation, { input: aProduct(input), key }))
    .createProduct;

export interface Update {
  readonly id: string;
  readonly input: object;
  readonly expectedVersion?: number | null;
  readonly key?: string;
}

export const updateProduct = async (client: TestClient, update: Update): Promise<Payload> =>
  (await client.data<{ updateProduct: Payload }>(updateProductMutation, update)).updateProduct;

export const readProduct = async (client: TestClient, id: string): Promise<ProductAnswer | null> =>
  (
    await client.data<{ product: ProductAnswer | null }>(
      `query ($id: ID!) { product(id: $id) ${productFields} }`,
      { id },
    )
  ).product;

export interface ProductEventAnswer {
  readonly id: string;
  readonly type: string;
  readonly productId: string;
  readonly version: number;
  readonly product: ProductAnswer | null;
  readonly occurredAt: string;
  readonly cursor: string;
}

export const eventsSubscription = `subscription ($after: Cursor, $heartbeat: Int) {
  productEvents(after: $after, heartbeat: $heartbeat) {
    id type productId version product ${productFields} occurredAt cursor
  }
}`;

/** Rows of all that a mutation may write. */
export const countRows = async (database: TestDatabase): Promise<Record<string, number>> => {
  const [row] = await database.query<Record<string, number>>(
    `select (select count(*) from products)::int as products,
       (select coalesce(sum(version), 0) from products)::int as versions,
       (select count(*) from outbox where topic = 'product.events.v1')::int as outbox,
       (select count(*) from idempotency_keys)::int as keys`,
  );
  return row ?? {};
};
