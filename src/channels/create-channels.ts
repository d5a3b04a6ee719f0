import { createHash } from 'node:crypto';
import type { Logger } from 'pino';
import type { NotificationsConfig } from '../config.js';
import { ChannelStopped, DeliveryFailed, type Channel } from './channel.js';
import { createLogChannel } from './log.js';
import { createSmtpChannel } from './smtp.js';
import { createWebhookChannel } from './webhook.js';

const longestReason = 500;

/** All channels of the configuration as one: what it sends has to arrive by each of them. Throws DeliveryFailed or ChannelStopped. */
export const createChannels = (
  { log, webhook, smtp }: Pick<NotificationsConfig, 'log' | 'webhook' | 'smtp'>,
  logger: Logger,
): Channel => {
  const all = [
    ...(log ? [createLogChannel(logger)] : []),
    ...(webhook ? [createWebhookChannel(webhook)] : []),
    ...(smtp ? [createSmtpChannel(smtp, logger)] : []),
  ];
  let isStopped = false;
  return {
    name: all.map(({ name }) => name).join(', '),
    send: async (outgoing) => {
      if (isStopped) throw new ChannelStopped();
      const idempotencyKey = asToken(outgoing.idempotencyKey);
      const failures: string[] = [];
      const causes: unknown[] = [];
      // To the end of each, so that no try is still on its way when the next begins.
      await Promise.all(
        all.map(async ({ name, send }) => {
          try {
            await send({ ...outgoing, idempotencyKey });
          } catch (error) {
            failures.push(`${name}: ${reasonOf(error)}`);
            causes.push(error);
          }
        }),
      );
      if (failures.length === 0) return;
      throw isStopped ? new ChannelStopped() : new DeliveryFailed(failures.join('; '), { cause: causes[0] });
    },
    stop: async () => {
      isStopped = true;
      await Promise.all(all.map(({ stop }) => stop()));
    },
  };
};

/** A key as it may stand in a header; UUIDs stay as they are. */
const asToken = (key: string): string =>
  /^[\w-]{1,100}$/.test(key) ? key : createHash('sha256').update(key).digest('hex');

/** On one line: servers elsewhere wrote parts of it. Connecting to several addresses fails with a code and no message. */
const reasonOf = (error: unknown): string => {
  const { message, code } = error as NodeJS.ErrnoException;
  return (message || code || String(error)).replaceAll(/\p{Cc}+/gu, ' ').slice(0, longestReason);
};
