import { createHmac, timingSafeEqual } from 'node:crypto';

/** Seals small JSON values into opaque strings that clients hold and give back, and opens only what it sealed. */
export interface Tokens {
  /** `kind` is bound in, so that a token of one kind does not open as another. */
  seal(kind: string, payload: unknown): string;
  /** Undefined for anything that this secret did not seal as this kind. */
  open(kind: string, token: string): unknown;
}

const signatureBytes = 16;
const longestToken = 8192;

export const createTokens = (secret: string): Tokens => {
  const sign = (kind: string, body: string): Buffer =>
    createHmac('sha256', secret).update(`${kind}.${body}`).digest().subarray(0, signatureBytes);
  return {
    seal: (kind, payload) => {
      const body = Buffer.from(JSON.stringify(payload)).toString('base64url');
      return `${body}.${sign(kind, body).toString('base64url')}`;
    },
    open: (kind, token) => {
      if (token.length > longestToken) return undefined;
      const [body, signature, ...rest] = token.split('.');
      if (body === undefined || signature === undefined || rest.length > 0) return undefined;
      const given = Buffer.from(signature, 'base64url');
      // The encoding must be the canonical one, so that no two tokens mean the same.
      if (given.length !== signatureBytes || given.toString('base64url') !== signature) return undefined;
      if (!timingSafeEqual(given, sign(kind, body))) return undefined;
      return JSON.parse(Buffer.from(body, 'base64url').toString());
    },
  };
};
