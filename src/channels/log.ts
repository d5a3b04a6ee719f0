import type { Logger } from 'pino';
import type { Channel } from './channel.js';

export const createLogChannel = (logger: Logger): Channel => ({
  name: 'log',
  send: async ({ place, content: { recipientId, kind, title } }) =>
    logger.info({ ...place, recipientId, kind, title }, 'Notification'),
  stop: async () => {},
});
