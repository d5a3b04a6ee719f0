import { pino, type Logger } from 'pino';
import type { Outgoing } from '../../src/channels/channel.js';

export const outgoing = (changed: Partial<Outgoing> = {}): Outgoing => ({
  idempotencyKey: '018f2a3e-0000-7000-8000-000000000001',
  notificationId: null,
  content: {
    recipientId: 'customer-1',
    kind: 'order.shipped',
    title: 'Your order is on its way',
    body: 'Zażółć gęślą jaźń 🚚',
    data: { totalAmount: '12.50' },
    orderId: '018f2a3e-0000-7000-8000-0000000000aa',
  },
  email: 'customer@example.com',
  place: { topic: 'order.events.v1', partition: 3, offset: 42, eventId: 'e-1' },
  ...changed,
});

export const withContent = (changed: Partial<Outgoing['content']>): Outgoing => {
  const base = outgoing();
  return { ...base, content: { ...base.content, ...changed } };
};

/** A logger whose lines are kept. */
export const createLines = (): {
  readonly logger: Logger;
  readonly lines: Readonly<Record<string, unknown>>[];
} => {
  const lines: Record<string, unknown>[] = [];
  const logger = pino(
    { base: undefined, timestamp: false },
    { write: (line: string) => void lines.push(JSON.parse(line) as Record<string, unknown>) },
  );
  return { logger, lines };
};
