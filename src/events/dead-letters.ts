import { z } from 'zod';
import type { LogRecord } from '../kafka/kafka.js';
import { parseData, type Event } from './envelope.js';

/** Value of a record of `dead-letter.v1`: which letter changed, and what subscribers filter by. */
export interface DeadLetterChange {
  readonly id: string;
  readonly topic: string;
  readonly consumer: string;
}

export type DeadLetterEvent = Event<'dead-letter.changed', DeadLetterChange>;

const types = ['dead-letter.changed'] as const;
const data = z.object({ id: z.guid(), topic: z.string(), consumer: z.string() });

/** @throws UnparseableEvent that names the first field at fault */
export const parseDeadLetterEvent = (record: LogRecord): DeadLetterEvent =>
  parseData('dead letter', record, types, data);
