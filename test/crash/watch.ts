import { setTimeout as sleep } from 'node:timers/promises';
import { eventually } from '../support/await.js';
import { closeAtEnd } from '../support/cleanup.js';
import { createTestClient, SubscriptionFailed, type TestSubscription } from '../support/graphql.js';
import type { DeliveredEvent } from '../support/verify.js';

/** Subscribers that come back after every disconnect, as a client would: events behind the last cursor, states afresh. */
export interface EventWatcher {
  readonly delivered: readonly DeliveredEvent[];
  /** Behind all that was delivered. */
  readonly cursor: () => string;
  readonly connections: () => number;
  stop(): Promise<void>;
}

export interface StatsWatcher {
  last(): StatsSeen | undefined;
  /** Versions that fell, and answers whose regions did not add up. */
  readonly violations: readonly string[];
  /** Newer versions with fewer orders: only a restored database shows them, until it has folded the log again. */
  readonly shrinkings: readonly string[];
  /** States that were delivered. */
  readonly states: () => number;
  stop(): Promise<void>;
}

export interface StatsSeen {
  readonly version: number;
  readonly total: { readonly count: number; readonly totalAmount: string };
  readonly regions: readonly { readonly region: string; readonly aggregate: { readonly count: number } }[];
}

interface Loop {
  readonly connections: () => number;
  stop(): Promise<void>;
}

/** Subscribes again and again; `onResult` is called with each result and whether it is the first of its connection. */
const subscribeAgain = <Data>(
  url: string,
  query: string,
  variables: () => Record<string, unknown>,
  onResult: (
    data: Data | null | undefined,
    extensions: Readonly<Record<string, unknown>>,
    isFirst: boolean,
  ) => void,
): Loop => {
  const client = createTestClient(url);
  let stopped = false;
  let connections = 0;
  let failure: Error | undefined;
  let current: TestSubscription<Data> | undefined;

  const run = async (): Promise<void> => {
    while (!stopped) {
      current = client.subscribe<Data>(query, variables());
      try {
        for (let isFirst = true; ; isFirst = false) {
          const { data, errors, extensions } = await current.next(30_000);
          if (errors) throw new SubscriptionFailed(errors);
          if (isFirst) connections += 1;
          onResult(data, extensions ?? {}, isFirst);
        }
      } catch (error) {
        const passes =
          error instanceof SubscriptionFailed &&
          error.errors.every(({ extensions }) => extensions.code === 'UNAVAILABLE');
        if (error instanceof SubscriptionFailed && !passes) throw error;
        if (!stopped) await sleep(30);
      }
    }
  };
  const running = run().catch(
    (error: unknown) => (failure = error instanceof Error ? error : new Error(String(error))),
  );
  const stop = async (): Promise<void> => {
    stopped = true;
    current?.complete();
    await client.disconnect({ abruptly: true });
    await running;
    if (failure !== undefined) throw failure;
  };
  closeAtEnd(() => stop().catch(() => undefined));
  return { connections: () => connections, stop };
};

/**
 * Resolves once the subscription is live: what happens from then on is delivered; or what comes behind `place`, where another watcher
 * was, and what that had got before.
 */
export const watchEvents = async (
  url: string,
  place?: { readonly cursor: string; readonly delivered: readonly DeliveredEvent[] },
): Promise<EventWatcher> => {
  const delivered: DeliveredEvent[] = [...(place?.delivered ?? [])];
  let after: unknown = place?.cursor;
  const loop = subscribeAgain<{ orderEvents: (DeliveredEvent & { cursor: string }) | null }>(
    url,
    'subscription ($after: Cursor) { orderEvents(after: $after, heartbeat: 1) { id orderId version cursor } }',
    () => ({ after }),
    (data, { cursor }) => {
      if (data?.orderEvents) delivered.push(data.orderEvents);
      after = data?.orderEvents?.cursor ?? cursor;
    },
  );
  await eventually(() => after !== undefined);
  return { delivered, cursor: () => String(after), ...loop };
};

export const watchStats = async (url: string, currency: string): Promise<StatsWatcher> => {
  const violations: string[] = [];
  const shrinkings: string[] = [];
  let last: StatsSeen | undefined;
  let states = 0;
  const loop = subscribeAgain<{ orderStats: StatsSeen }>(
    url,
    `subscription ($currency: Currency!) {
      orderStats(currency: $currency) { version total { count totalAmount } regions { region aggregate { count } } }
    }`,
    () => ({ currency }),
    (data, _, isFirst) => {
      const state = data?.orderStats;
      if (!state) return void violations.push(`${currency}: a result without data`);
      states += 1;
      const inRegions = state.regions.reduce((sum, { aggregate }) => sum + aggregate.count, 0);
      if (inRegions !== state.total.count)
        violations.push(
          `${currency} version ${state.version}: ${state.total.count} in all, ${inRegions} in its regions`,
        );
      // A new connection begins with the state as it is, which may be the one that was seen last.
      if (last && (isFirst ? state.version < last.version : state.version <= last.version))
        violations.push(`${currency}: version ${state.version} after ${last.version}`);
      if (last && state.total.count < last.total.count)
        shrinkings.push(`${currency}: ${state.total.count} orders after ${last.total.count}`);
      last = state;
    },
  );
  await eventually(() => states > 0);
  return { last: () => last, violations, shrinkings, states: () => states, stop: loop.stop };
};
