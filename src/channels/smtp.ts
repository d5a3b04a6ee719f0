import { createTransport } from 'nodemailer';
import type { Logger } from 'pino';
import type { SmtpConfig } from '../config.js';
import type { Channel } from './channel.js';

export interface SmtpLimits {
  /** For each of: looking up, connecting, greeting, each answer. */
  readonly phaseMs: number;
  /** From the queue to the last answer. */
  readonly mailMs: number;
}

/** No quoted local parts and no address literals: nothing that could be read as two addresses. */
const address = /^[^\s\p{Cc}<>()[\]\\,;:"@]+@[^\s\p{Cc}<>()[\]\\,;:"@]+$/u;

/** Sends plain text. The Message-ID is the idempotency key. */
export const createSmtpChannel = (
  { url, from }: SmtpConfig,
  logger: Logger,
  { phaseMs, mailMs }: SmtpLimits = { phaseMs: 10_000, mailMs: 20_000 },
): Channel => {
  const transport = createTransport({
    url,
    pool: true,
    dnsTimeout: phaseMs,
    connectionTimeout: phaseMs,
    greetingTimeout: phaseMs,
    socketTimeout: phaseMs,
    disableFileAccess: true,
    disableUrlAccess: true,
  });
  return {
    name: 'smtp',
    send: async ({ idempotencyKey, content: { recipientId, title, body }, email, place }) => {
      if (email === null) {
        logger.info({ ...place, recipientId }, 'No mail: no address of the recipient is known');
        return;
      }
      if (!address.test(email)) throw new Error('the address of the recipient cannot be written to');
      const signal = AbortSignal.timeout(mailMs);
      try {
        await transport.sendMail({
          messageId: `<${idempotencyKey}@millrace>`,
          from,
          to: { name: '', address: email },
          subject: title,
          text: body,
          headers: { 'Auto-Submitted': 'auto-generated' },
          signal,
        });
      } catch (error) {
        throw signal.aborted ? new Error(`not taken within ${mailMs} ms`, { cause: error }) : error;
      }
    },
    stop: async () => transport.close({ force: true }),
  };
};
