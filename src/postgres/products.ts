import type { Product } from '../events/products.js';
import type { Queryable, Transaction } from './database.js';
import {
  countRows,
  listPage,
  type Condition,
  type Listing,
  type PageRequest,
  type PageRows,
} from './pages.js';

/** What a product was created with, to tell a repeat by. */
export type ProductCreation = Pick<Product, 'productName' | 'price' | 'currency' | 'stockQuantity'>;

export const creationOfProduct = ({
  productName,
  price,
  currency,
  stockQuantity,
}: Product): ProductCreation => ({
  productName,
  price,
  currency,
  stockQuantity,
});

const names =
  'id, product_name, price, currency, stock_quantity, version, created_at, updated_at, created_as';

const columns = `id, product_name as "productName", price, currency, stock_quantity as "stockQuantity", version,
  created_at as "createdAt", updated_at as "updatedAt"`;

/** Rows of {@link productArrays}. */
const given = `unnest($1::uuid[], $2::text[], $3::numeric[], $4::text[], $5::int[], $6::bigint[], $7::timestamptz[], $8::timestamptz[], $9::jsonb[])`;

interface CreatedProduct {
  readonly product: Product;
  readonly createdAs: ProductCreation;
}

/** One array for each column, for `unnest`. */
const productArrays = (created: readonly CreatedProduct[]): unknown[][] => [
  created.map(({ product }) => product.id),
  created.map(({ product }) => product.productName),
  created.map(({ product }) => product.price),
  created.map(({ product }) => product.currency),
  created.map(({ product }) => product.stockQuantity),
  created.map(({ product }) => product.version),
  created.map(({ product }) => product.createdAt),
  created.map(({ product }) => product.updatedAt),
  created.map(({ createdAs }) => JSON.stringify(createdAs)),
];

/** @returns whether its id was new */
export const insertProduct = async (tx: Transaction, created: CreatedProduct): Promise<boolean> => {
  const rows = await tx.query(
    `insert into products (${names}) select * from ${given} on conflict (id) do nothing returning id`,
    productArrays([created]),
  );
  return rows.length > 0;
};

/** In no particular order; ids without a product are left out. */
export const findProducts = (db: Queryable, ids: readonly string[]): Promise<Product[]> =>
  db.query<Product>(`select ${columns} from products where id = any($1::uuid[])`, [ids]);

export const findCreatedProduct = async (db: Queryable, id: string): Promise<CreatedProduct | undefined> => {
  const [row] = await db.query<Product & { createdAs: ProductCreation }>(
    `select ${columns}, created_as as "createdAs" from products where id = $1`,
    [id],
  );
  if (!row) return undefined;
  const { createdAs, ...product } = row;
  return { product, createdAs };
};

/** The product, locked until the transaction ends. */
export const lockProduct = async (tx: Transaction, id: string): Promise<Product | undefined> => {
  const [product] = await tx.query<Product>(`select ${columns} from products where id = $1 for update`, [id]);
  return product;
};

export const updateProduct = async (tx: Transaction, product: Product): Promise<void> => {
  await tx.query(
    `update products set product_name = $2, price = $3, stock_quantity = $4, version = $5, updated_at = $6 where id = $1`,
    [
      product.id,
      product.productName,
      product.price,
      product.stockQuantity,
      product.version,
      product.updatedAt,
    ],
  );
};

const listing: Listing = { table: 'products', columns, time: 'created_at' };

export interface ProductFilter {
  readonly inStock?: boolean | undefined;
}

const conditionsOf = ({ inStock }: ProductFilter): Condition[] =>
  // As constants: the indexes are of those with stock and of those without.
  inStock === undefined ? [] : [[inStock ? 'stock_quantity > 0' : 'stock_quantity = 0']];

/** Newest first by `createdAt`, then by id. */
export const listProducts = (
  db: Queryable,
  filter: ProductFilter,
  page: PageRequest,
): Promise<PageRows<Product>> => listPage(db, listing, conditionsOf(filter), page);

export const countProducts = (db: Queryable, filter: ProductFilter): Promise<number> =>
  countRows(db, listing, conditionsOf(filter));

/** Writes products as the log has them, where the row is missing or of an earlier version. */
export const restoreProducts = async (tx: Transaction, created: readonly CreatedProduct[]): Promise<void> => {
  await tx.query(
    `insert into products (${names}) select * from ${given}
     on conflict (id) do update set product_name = excluded.product_name, price = excluded.price,
       stock_quantity = excluded.stock_quantity, version = excluded.version, updated_at = excluded.updated_at
     where products.version < excluded.version`,
    productArrays(created),
  );
};
