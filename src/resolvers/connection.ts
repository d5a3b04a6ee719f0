import type { GraphQLResolveInfo } from 'graphql';
import type { PagePlace, PageRequest, PageRows } from '../postgres/pages.js';
import { decodePlace, encodePlace, pageLength, selects } from './arguments.js';
import type { Context } from './context.js';

/** A page of a list before its fields are asked for (Relay cursor connections). */
export interface Page<Node> {
  readonly nodes: readonly Node[];
  readonly hasNextPage: boolean;
  readonly hasPreviousPage: boolean;
  readonly asOf: string | undefined;
  readonly count: () => Promise<number>;
}

export interface PageSource<Node> {
  /** Whose events tell what changes in the list behind `asOf`. */
  readonly topic: string;
  /** Where they continue: now, unless the list lags behind them. */
  readonly asOf?: () => Promise<string>;
  readonly list: (page: PageRequest) => Promise<PageRows<Node>>;
  readonly count: () => Promise<number>;
}

/** @throws MillraceError BAD_USER_INPUT that names `first` or `after` */
export const readPage = async <Node>(
  args: { readonly first?: number | null; readonly after?: string | null },
  { loaders }: Context,
  info: GraphQLResolveInfo,
  { topic, asOf: place, list, count }: PageSource<Node>,
): Promise<Page<Node>> => {
  const page = { first: pageLength(args.first), after: decodePlace(args.after) };
  // Before the rows: what is written in between then comes from the subscription as well, and nothing is missed.
  const asOf = selects(info, 'asOf') ? await (place?.() ?? loaders.asOf(topic)) : undefined;
  const { rows, hasNextPage } = await list(page);
  return { nodes: rows, hasNextPage, hasPreviousPage: page.after !== undefined, asOf, count };
};

/** Resolvers of a connection whose list is sorted by what `placeOf` answers. */
export const connection = <Node>(placeOf: (node: Node) => PagePlace) => {
  const cursorOf = (node: Node): string => encodePlace(placeOf(node));
  const cursorAt = (node: Node | undefined): string | null => (node === undefined ? null : cursorOf(node));
  return {
    edges: ({ nodes }: Page<Node>) => nodes.map((node) => ({ node, cursor: cursorOf(node) })),
    totalCount: ({ count }: Page<Node>) => count(),
    pageInfo: ({ nodes, hasNextPage, hasPreviousPage }: Page<Node>) => ({
      hasNextPage,
      hasPreviousPage,
      startCursor: cursorAt(nodes[0]),
      endCursor: cursorAt(nodes.at(-1)),
    }),
  };
};
