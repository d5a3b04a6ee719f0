import { expect, test } from '@jest/globals';
import type { UserActivity } from '../../src/events/telemetry.js';
import { countByName } from '../../src/streams/telemetry.js';

const activity = (action: string): UserActivity => ({
  ...{ id: '0191d2a4-6f0c-7cc1-8a53-2f2d9c1e7b10', userId: 'u', action, metadata: null },
  occurredAt: '2026-01-31T09:30:00.000Z',
});

test('an action is counted under its name up to the 200 characters that the API takes, whatever they are', () => {
  const names = ['a'.repeat(200), '🎲'.repeat(200), 'a'.repeat(201), '🎲'.repeat(201)];
  const counts = countByName({ activities: names.map(activity), metrics: [], errors: [] });
  expect(counts).toEqual([
    { kind: 'action', name: names[0], count: 1 },
    { kind: 'action', name: names[1], count: 1 },
    { kind: 'action', name: '(other)', count: 2 },
  ]);
});
