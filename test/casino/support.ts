import type { TestClient } from '../support/graphql.js';

export interface PlayerAnswer {
  readonly id: string;
  readonly tokens: number;
  readonly spins: number;
  readonly gachaOpens: number;
  readonly battlePassLevel: number;
  readonly battlePassXp: number;
  readonly vipTier: number;
  readonly ageVerified: boolean;
  readonly version: number;
}

export interface StatsAnswer {
  readonly players: number;
  readonly actions: number;
  readonly tokensInCirculation: number;
  readonly byType: readonly { readonly name: string; readonly count: number }[];
  readonly version: number;
}

export interface FeedbackAnswer {
  readonly id: string;
  readonly playerId: string;
  readonly kind: string;
  readonly intensity: number;
  readonly message: string;
  readonly causedBy: string;
  readonly occurredAt: string;
  readonly cursor: string;
}

const playerFields =
  '{ id tokens spins gachaOpens battlePassLevel battlePassXp vipTier ageVerified version }';
const statsFields = '{ players actions tokensInCirculation byType { name count } version }';

export const playerQuery = `query ($id: ID!, $position: Position, $waitMs: Int) {
  player(id: $id, consistentWith: $position, waitMs: $waitMs) ${playerFields} }`;
export const statsQuery = `query ($position: Position, $waitMs: Int) {
  casinoStats(consistentWith: $position, waitMs: $waitMs) ${statsFields} }`;
export const feedbackSubscription = `subscription ($playerId: ID, $after: Cursor, $heartbeat: Int) {
  casinoFeedback(playerId: $playerId, after: $after, heartbeat: $heartbeat) {
    id playerId kind intensity message causedBy occurredAt cursor } }`;
export const playerSubscription = `subscription ($id: ID!) { player(id: $id) ${playerFields} }`;
export const statsSubscription = `subscription { casinoStats ${statsFields} }`;

const waitMs = 10_000;

export const readPlayer = async (
  client: TestClient,
  id: string,
  position?: string,
): Promise<PlayerAnswer | null> =>
  (await client.data<{ player: PlayerAnswer | null }>(playerQuery, { id, position, waitMs })).player;

export const readStats = async (client: TestClient, position?: string): Promise<StatsAnswer> =>
  (await client.data<{ casinoStats: StatsAnswer }>(statsQuery, { position, waitMs })).casinoStats;

interface Moved {
  readonly position: string;
  readonly player: PlayerAnswer;
}

export const earn = async (
  client: TestClient,
  playerId: string,
  amount = 100_000,
): Promise<Moved & { readonly ledgerEntryId: string }> =>
  (
    await client.data<{ earnTokens: Moved & { ledgerEntryId: string } }>(
      `mutation ($playerId: ID!, $amount: Int!) { earnTokens(playerId: $playerId, amount: $amount, reason: "gift") {
        ledgerEntryId position player ${playerFields} } }`,
      { playerId, amount },
    )
  ).earnTokens;

export const spin = async (
  client: TestClient,
  playerId: string,
  bet = 10,
): Promise<Moved & { readonly payout: number; readonly reels: readonly string[] }> =>
  (
    await client.data<{ spinSlot: Moved & { payout: number; reels: string[] } }>(
      `mutation ($playerId: ID!, $bet: Int!) { spinSlot(playerId: $playerId, bet: $bet) { reels payout position player ${playerFields} } }`,
      { playerId, bet },
    )
  ).spinSlot;

export const openGacha = async (
  client: TestClient,
  playerId: string,
): Promise<Moved & { readonly rarity: string; readonly item: string }> =>
  (
    await client.data<{ openGacha: Moved & { rarity: string; item: string } }>(
      `mutation ($playerId: ID!) { openGacha(playerId: $playerId) { rarity item position player ${playerFields} } }`,
      { playerId },
    )
  ).openGacha;

export interface ActionInput {
  readonly id?: string;
  readonly playerId: string;
  readonly type: string;
  readonly amount?: number;
  readonly occurredAt?: string;
}

/** All accepted. @returns the position behind them */
export const record = async (client: TestClient, ...inputs: ActionInput[]): Promise<string> => {
  const { recordCasinoActions: batch } = await client.data<{
    recordCasinoActions: { accepted: number; position: string };
  }>(
    'mutation ($inputs: [CasinoActionInput!]!) { recordCasinoActions(inputs: $inputs) { accepted position } }',
    { inputs },
  );
  if (batch.accepted !== inputs.length) throw new Error(`accepted ${batch.accepted} of ${inputs.length}`);
  return batch.position;
};
