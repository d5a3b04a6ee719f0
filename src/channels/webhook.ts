import { createHmac } from 'node:crypto';
import { lookup as resolve, type LookupAddress } from 'node:dns';
import http from 'node:http';
import https from 'node:https';
import type { LookupFunction } from 'node:net';
import type { WebhookConfig } from '../config.js';
import { isPrivateLiteral, isPublicAddress } from '../public-addresses.js';
import type { Channel, Outgoing } from './channel.js';

/** What an answer may bring beside its status before its connection is given up. */
const mostAnswerBytes = 65_536;
/** Shorter than servers keep idle connections, so that a post seldom meets one that is just being closed. */
const idleMs = 4_000;

/** Posts JSON. The status decides whether it was delivered; the answer's body is read only to use the connection again. */
export const createWebhookChannel = (config: WebhookConfig): Channel => {
  const { url, secret, timeoutMs, allowPrivate, allowPrivateVariable } = config;
  const target = new URL(url);
  const { Agent, request } = target.protocol === 'https:' ? https : http;
  const agent = new Agent({ keepAlive: true, timeout: idleMs });
  const lookup = allowPrivate ? undefined : lookupPublic(allowPrivateVariable);

  const post = (idempotencyKey: string, body: string): Promise<void> =>
    new Promise((delivered, reject) => {
      const headers = {
        'content-type': 'application/json',
        'idempotency-key': idempotencyKey,
        ...(secret !== undefined && { 'millrace-signature': sign(secret, body) }),
      };
      const posting = request(target, { method: 'POST', agent, lookup, headers });
      const timer = setTimeout(
        () => posting.destroy(new Error(`no answer within ${timeoutMs} ms`)),
        timeoutMs,
      );
      posting.on('response', (response) => {
        const status = response.statusCode ?? 0;
        if (status >= 200 && status < 300) delivered();
        // Redirects too: they could lead anywhere.
        else reject(new Error(`answered ${status}`));
        discard(response);
      });
      posting.on('error', reject);
      posting.on('close', () => {
        clearTimeout(timer);
        reject(new Error('the connection was closed without an answer'));
      });
      posting.end(body);
    });

  return {
    name: 'webhook',
    send: async (outgoing) => {
      // Addresses in the URL are never looked up.
      if (!allowPrivate && isPrivateLiteral(target.hostname)) throw new PrivateAddress(allowPrivateVariable);
      await post(outgoing.idempotencyKey, render(outgoing));
    },
    stop: async () => agent.destroy(),
  };
};

const render = ({ idempotencyKey, notificationId, content }: Outgoing): string => {
  const { recipientId, kind, title, body, data, orderId } = content;
  return JSON.stringify({
    id: idempotencyKey,
    notificationId,
    recipientId,
    kind,
    title,
    body,
    data,
    orderId,
  });
};

const sign = (secret: string, body: string): string => {
  const seconds = Math.floor(Date.now() / 1_000);
  return `t=${seconds},v1=${createHmac('sha256', secret).update(`${seconds}.${body}`).digest('hex')}`;
};

const discard = (response: http.IncomingMessage): void => {
  let bytes = 0;
  response.on('data', (chunk: Buffer) => {
    bytes += chunk.length;
    if (bytes > mostAnswerBytes) response.destroy();
  });
  // The status has said all.
  response.on('error', () => {});
};

class PrivateAddress extends Error {
  constructor(variable: string) {
    super(`a loopback or private address is not posted to (${variable})`);
    this.name = 'PrivateAddress';
  }
}

/** The look-up of the connection itself: what it answers is what is connected to, so that a name cannot change its mind in between. */
const lookupPublic =
  (variable: string): LookupFunction =>
  (name, options, callback) =>
    resolve(name, { ...options, all: true }, (error, addresses) => {
      const [first, ...others] = error ? [] : addresses.filter(({ address }) => isPublicAddress(address));
      if (!first) callback(error ?? new PrivateAddress(variable), '');
      else if (options.all) callback(null, [first, ...others] satisfies LookupAddress[]);
      else callback(null, first.address, first.family);
    });
