import type { GraphQLResolveInfo } from 'graphql';
import { parseUuid } from '../commands/inputs.js';
import { parseProductEvent, type Product, type ProductEvent } from '../events/products.js';
import { productEvents as productTopic } from '../events/topics.js';
import type {
  MutationCreateProductArgs,
  MutationUpdateProductArgs,
  QueryProductArgs,
  QueryProductsArgs,
  SubscriptionProductEventsArgs,
} from '../generated/resolvers.js';
import type { EventKind, LiveEvent } from '../live/live.js';
import { countProducts, listProducts } from '../postgres/products.js';
import { eventOptions } from './arguments.js';
import { connection, readPage } from './connection.js';
import type { Context } from './context.js';
import { eventParser } from './iterate.js';

const products = (_: unknown, args: QueryProductsArgs, context: Context, info: GraphQLResolveInfo) => {
  const { database } = context.services;
  const filter = { inStock: args.inStock ?? undefined };
  return readPage(args, context, info, {
    topic: productTopic.name,
    list: (page) => listProducts(database, filter, page),
    count: () => countProducts(database, filter),
  });
};

const product = (_: unknown, { id }: QueryProductArgs, { loaders }: Context) =>
  loaders.products.load(parseUuid('id', id));

const createProduct = (
  _: unknown,
  { input, idempotencyKey }: MutationCreateProductArgs,
  { services, principal }: Context,
) => services.products.createProduct(principal.id, input, idempotencyKey);

const updateProduct = (
  _: unknown,
  { id, input, expectedVersion, idempotencyKey }: MutationUpdateProductArgs,
  { services, principal }: Context,
) => services.products.updateProduct(principal.id, { id, input, expectedVersion }, idempotencyKey);

const kind: EventKind<ProductEvent, never> = {
  topic: productTopic.name,
  parse: eventParser(parseProductEvent),
  keys: {},
};

const productEvents = {
  delivery: 'lossless',
  subscribe: (_: unknown, args: SubscriptionProductEventsArgs, context: Context) =>
    context.services.live.events({ kind, ...eventOptions(args, context) }),
  resolve: ({ event, cursor }: LiveEvent<ProductEvent>) => ({
    id: event.id,
    type: event.type,
    productId: event.data.id,
    version: event.data.version,
    occurredAt: event.time,
    cursor,
  }),
};

export const productResolvers = {
  Query: { product, products },
  Mutation: { createProduct, updateProduct },
  Subscription: { productEvents },
  ProductConnection: connection(({ createdAt, id }: Product) => ({ time: createdAt, id })),
  ProductEvent: {
    product: ({ productId }: { productId: string }, _: unknown, { loaders }: Context) =>
      loaders.products.load(productId),
  },
};
