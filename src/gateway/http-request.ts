import type { IncomingHttpHeaders } from 'node:http';
import { HeaderMap } from '@apollo/server';
import type { FastifyRequest } from 'fastify';
import { UnreadableText, parseJson } from './json.js';

/** Reading of HTTP requests, before Apollo sees them. */

const charset = /;\s*charset\s*=\s*"?([^";\s]*)/i;

/**
 * The body as JSON.
 * @throws UnreadableText with the status that it calls for
 */
export const readBody = ({ headers, body }: FastifyRequest): unknown => {
  const type = headers['content-type'] ?? '';
  const unsupported = (message: string) => new UnreadableText(message, 415);
  if (type.split(';', 1)[0]?.trim().toLowerCase() !== 'application/json')
    throw unsupported('Send the body as application/json.');
  if (!/^utf-?8$/i.test(charset.exec(type)?.[1] ?? 'utf-8')) throw unsupported('Send the body in UTF-8.');
  if ((headers['content-encoding'] ?? 'identity').toLowerCase() !== 'identity')
    throw unsupported('Send the body without content encoding.');
  return parseJson(Buffer.isBuffer(body) ? body : '');
};

export const searchOf = (url: string): string => {
  const at = url.indexOf('?');
  return at === -1 ? '' : url.slice(at);
};

/** The JSON in a query string must hold to what holds for bodies. */
export const checkSearch = (url: string): void => {
  for (const value of new URLSearchParams(searchOf(url)).getAll('variables')) parseJson(value);
};

export const headerMap = (headers: IncomingHttpHeaders): HeaderMap => {
  const map = new HeaderMap();
  for (const [name, value] of Object.entries(headers))
    if (value !== undefined) map.set(name, Array.isArray(value) ? value.join(', ') : value);
  return map;
};

const offered = new Set(['*/*', 'application/*', 'application/json', 'application/graphql-response+json']);

/** Apollo looks at `Accept` after it has run the operation, which for a mutation is too late. */
export const accepts = (header: string | undefined): boolean =>
  header === undefined ||
  header.split(',').some((range) => {
    const [type = '', ...parameters] = range.split(';').map((part) => part.trim().toLowerCase());
    return offered.has(type) && !parameters.some((parameter) => /^q=0(\.0*)?$/.test(parameter));
  });
