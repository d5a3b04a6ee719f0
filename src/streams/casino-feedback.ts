import {
  feedbackGiven,
  parseAnalysis,
  parseGameEvent,
  type AnalysisEvent,
  type Feedback,
  type GameEvent,
} from '../events/casino.js';
import { casinoAnalytics, casinoGameEvents } from '../events/topics.js';
import { tellGacha, tellSpin } from '../games/feedback.js';
import type { Stream } from './stream.js';

type Cause = AnalysisEvent | GameEvent;

/** Pure. Of a spin its analysis is told; of a capsule its reward at once, and its analysis not at all. */
export const foldCasinoFeedback = (events: readonly Cause[]): Feedback[] => events.flatMap(tell);

const tell = (event: Cause): Feedback[] => {
  const { playerId, occurredAt } = event.data;
  if (event.type === 'casino.analytics') {
    const { data } = event;
    return data.kind === 'SPIN' ? [{ ...tellSpin(data), playerId, causedBy: data.causedBy, occurredAt }] : [];
  }
  const { id: causedBy, data } = event;
  return data.type === 'GACHA_OPEN' ? [{ ...tellGacha(data), playerId, causedBy, occurredAt }] : [];
};

/** What players are told at once. It has no rows: the positions alone make it exact. */
export const casinoFeedback: Stream<Cause, readonly Feedback[]> = {
  name: 'casino-feedback',
  topics: [casinoAnalytics, casinoGameEvents],
  parse: (record) => (record.topic === casinoAnalytics.name ? parseAnalysis(record) : parseGameEvent(record)),
  fold: foldCasinoFeedback,
  write: async (_, feedback) => feedback.map(feedbackGiven),
};
