import { setTimeout as sleep } from 'node:timers/promises';
import type { Load } from './load.js';
import { between, type Random } from './random.js';

export interface FaultsOptions {
  readonly load: Pick<Load, 'allow' | 'answered'>;
  readonly random: Random;
  readonly orders: number;
  readonly faults: number;
  /** One fault, from the moment it strikes until what it hit is there again. */
  readonly strike: (n: number) => Promise<void>;
}

/**
 * Spreads `faults` over `orders`: each strikes at a moment chosen at random while its share of the orders is on its way, and
 * the next share is let go once the fault is over. So each counts: orders were answered since the one before.
 */
export const strikeDuring = async ({
  load,
  random,
  orders,
  faults,
  strike,
}: FaultsOptions): Promise<void> => {
  const share = Math.floor(orders / (faults + 1));
  for (let n = 0; n < faults; n += 1) {
    load.allow(share);
    await load.answered(n * share + between(random, Math.ceil(share / 5), share - 1));
    await sleep(random() * 60);
    await strike(n);
  }
  load.allow(orders - faults * share);
  await load.answered(orders);
};
