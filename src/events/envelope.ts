import { z } from 'zod';
import type { LogRecord } from '../kafka/kafka.js';

/**
 * An event: CloudEvents 1.0 in the Kafka binding's binary mode, attributes in `ce_*` headers, data as the JSON value.
 * Source: CloudEvents specification 1.0.2 and its Kafka protocol binding.
 */
export interface Event<Type extends string = string, Data = unknown> {
  readonly id: string;
  readonly type: Type;
  /** When it happened, ISO 8601 in UTC with milliseconds. */
  readonly time: string;
  readonly data: Data;
}

export const eventSource = '/millrace';
/** Number of a record in its partition's gap-free run; on topics fed by the outbox. */
export const sequenceHeader = 'millrace-seq';
/** Marks a record that only holds the place of an event that Kafka refused. */
export const skipHeader = 'millrace-skip';

export const eventHeaders = (event: Pick<Event, 'id' | 'type' | 'time'>): Record<string, string> => ({
  ce_id: event.id,
  ce_type: event.type,
  ce_source: eventSource,
  ce_specversion: '1.0',
  ce_time: event.time,
  'content-type': 'application/json',
});

/** Its place in the partition's run, or undefined for what the relay did not send. */
export const sequenceOf = (record: LogRecord): number | undefined => {
  const text = record.headers[sequenceHeader];
  const sequence = text === undefined ? Number.NaN : Number(text);
  return Number.isSafeInteger(sequence) && sequence > 0 ? sequence : undefined;
};

export const isSkip = ({ headers }: Pick<LogRecord, 'headers'>): boolean => skipHeader in headers;

/** Why bytes on a topic are no event. `message` names what is wrong; it goes into the dead letter. */
export class UnparseableEvent extends Error {
  constructor(message: string, cause?: unknown) {
    super(message, { cause });
    this.name = 'UnparseableEvent';
  }
}

/**
 * Headers and value of a record as an event whose data is a JSON object.
 * @throws UnparseableEvent
 */
export const parseEnvelope = <Type extends string>(
  record: LogRecord,
  types: readonly Type[],
): Event<Type, Record<string, unknown>> => {
  const { ce_id: id, ce_type: type, ce_time: time, ce_specversion: version } = record.headers;
  if (!id || !type || !time)
    throw new UnparseableEvent('the headers ce_id, ce_type and ce_time must be there');
  if (version !== '1.0') throw new UnparseableEvent(`ce_specversion is ${version ?? 'missing'}, not 1.0`);
  if (!isOneOf(types, type)) throw new UnparseableEvent(`ce_type ${type} does not belong on ${record.topic}`);
  if (Number.isNaN(Date.parse(time))) throw new UnparseableEvent('ce_time is no time');
  if (record.value === null) throw new UnparseableEvent('the value is null');
  return { id, type, time, data: parseObject(record.value) };
};

/**
 * A record as an event whose data has the shape of `schema`; `what` names it in the error.
 * @throws UnparseableEvent that names the first field at fault
 */
export const parseData = <Type extends string, Data>(
  what: string,
  record: LogRecord,
  types: readonly Type[],
  schema: z.ZodType<Data>,
): Event<Type, Data> => {
  const event = parseEnvelope(record, types);
  const parsed = schema.safeParse(event.data);
  if (parsed.success) return { ...event, data: parsed.data };
  const [issue] = parsed.error.issues;
  throw new UnparseableEvent(`the ${what} is malformed: ${issue?.path.join('.')}: ${issue?.message}`);
};

/**
 * A fact, likewise: its data names its id as well, a UUID, and it is that of the headers.
 * @throws UnparseableEvent
 */
export const parseFact = <Type extends string, Data extends { readonly id: string }>(
  what: string,
  record: LogRecord,
  types: readonly Type[],
  schema: z.ZodType<Data>,
): Event<Type, Data> => {
  const event = parseData(what, record, types, schema);
  const id = event.id.toLowerCase();
  if (id !== event.data.id.toLowerCase()) throw new UnparseableEvent(`ce_id is not the id of the ${what}`);
  return { ...event, id, data: { ...event.data, id } };
};

/** Far more levels than our own commands let pass, and far fewer than make `JSON.stringify` throw. */
const deepest = 500;

const isWithin = (value: unknown, levels: number): boolean =>
  typeof value !== 'object' ||
  value === null ||
  (levels > 0 && Object.values(value).every((member) => isWithin(member, levels - 1)));

/** Not z.record: it drops a member whose name is `__proto__`. */
export const jsonObject = z.custom<Readonly<Record<string, unknown>>>(
  (value) => typeof value === 'object' && value !== null && !Array.isArray(value) && isWithin(value, deepest),
  `must be an object of at most ${deepest} levels`,
);

const isOneOf = <T extends string>(values: readonly T[], value: string): value is T =>
  (values as readonly string[]).includes(value);

const utf8 = new TextDecoder('utf-8', { fatal: true });

const parseObject = (bytes: Buffer): Record<string, unknown> => {
  let data: unknown;
  try {
    data = JSON.parse(utf8.decode(bytes));
  } catch (error) {
    throw new UnparseableEvent('the value is not JSON', error);
  }
  if (typeof data !== 'object' || data === null || Array.isArray(data))
    throw new UnparseableEvent('the value is not a JSON object');
  return data as Record<string, unknown>;
};
