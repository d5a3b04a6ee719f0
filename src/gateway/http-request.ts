import type { IncomingHttpHeaders } from 'node:http';
import { HeaderMap } from '@apollo/server';
import type { FastifyRequest } from 'fastify';
import { emptyDocument, type OperationRequest } from './documents.js';
import { UnreadableText, parseJson } from './json.js';

/** Reading of HTTP requests, for Apollo and for event streams. */

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

const parameters = ['query', 'operationName', 'variables'] as const;

/**
 * What a query string asks for, in the form of a body.
 * @throws UnreadableText
 */
export const readSearch = (url: string): unknown => {
  const search = new URLSearchParams(searchOf(url));
  const request: Record<string, unknown> = {};
  for (const name of parameters) {
    const [value, ...more] = search.getAll(name);
    if (more.length > 0) throw new UnreadableText(`Give ${name} once.`);
    // Forms and some clients send what is absent as empty.
    if (value) request[name] = name === 'variables' ? parseJson(value) : value;
  }
  return request;
};

/**
 * The request of a body or query string.
 * @throws UnreadableText that says what is missing or no text or object
 */
export const operationRequest = (input: unknown): OperationRequest => {
  if (!isRecord(input)) throw new UnreadableText('Send one JSON object with `query`.');
  const { query, operationName, variables } = input;
  if (typeof query !== 'string' || query === '') throw new UnreadableText(emptyDocument);
  if (operationName != null && typeof operationName !== 'string')
    throw new UnreadableText('`operationName` must be text.');
  if (variables != null && !isRecord(variables))
    throw new UnreadableText('`variables` must be a JSON object.');
  return { query, operationName, variables };
};

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

export const headerMap = (headers: IncomingHttpHeaders): HeaderMap => {
  const map = new HeaderMap();
  for (const [name, value] of Object.entries(headers))
    if (value !== undefined) map.set(name, Array.isArray(value) ? value.join(', ') : value);
  return map;
};

/** Whether `Accept` takes one of the media types that are offered. */
export const accepts = (header: string | undefined, offered: ReadonlySet<string>): boolean =>
  header === undefined ||
  header.split(',').some((range) => {
    const [type = '', ...rest] = range.split(';').map((part) => part.trim().toLowerCase());
    return offered.has(type) && !rest.some((parameter) => /^q=0(\.0*)?$/.test(parameter));
  });
