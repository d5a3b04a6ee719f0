import { currencyDigits } from '../events/currencies.js';
import { formatMinor, parseMinor } from '../events/money.js';
import { badInput } from '../errors.js';

/** What clients send, checked and in canonical form. Each function throws BAD_USER_INPUT that names the field. */

export const isGiven = (value: string | null | undefined): value is string =>
  value !== null && value !== undefined;

const uuidPattern = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;

/** In lower case; undefined for what is none. */
export const asUuid = (text: string): string | undefined => {
  const uuid = text.toLowerCase();
  return uuidPattern.test(uuid) ? uuid : undefined;
};

export const parseUuid = (field: string, text: string): string => {
  const uuid = asUuid(text);
  if (uuid === undefined)
    throw badInput(field, 'must be a UUID such as 0191d2a4-6f0c-7cc1-8a53-2f2d9c1e7b10');
  return uuid;
};

/** NFC; without NUL and lone surrogates, which Postgres cannot store; `min` to `max` characters (code points). */
export const parseText = (field: string, text: string, { min = 1, max = 200 } = {}): string => {
  checkCharacters(field, text);
  const normal = text.normalize('NFC');
  // Code units bound code points from above, so short text is not counted twice.
  const length = normal.length <= max ? normal.length : [...normal].length;
  if (length > max) throw badInput(field, `must have at most ${max} characters`);
  if (length < min || (min > 0 && normal.trim() === '')) throw badInput(field, 'must not be empty');
  return normal;
};

export const checkCharacters = (field: string, text: string): void => {
  if (text.includes('\0')) throw badInput(field, 'must not contain the character U+0000');
  if (!text.isWellFormed())
    throw badInput(field, 'must be well-formed Unicode: it holds half of a surrogate pair');
};

/** An id of ours or somebody else's: text, and where it is a UUID in lower case. */
export const parseId = (field: string, text: string): string => {
  const id = parseText(field, text);
  return asUuid(id) ?? id;
};

const emailPattern = /^[^\s@]+@[^\s@]+\.[^\s@]+$/u;

export const parseEmail = (field: string, text: string): string => {
  const email = parseText(field, text, { max: 254 }).toLowerCase();
  if (!emailPattern.test(email)) throw badInput(field, 'must be an email address such as name@example.com');
  return email;
};

export const parseCurrency = (field: string, code: string): string => {
  if (currencyDigits(code) === undefined)
    throw badInput(field, 'must be an ISO 4217 code in upper case, such as KRW');
  return code;
};

/** An amount above zero, or with `zero` zero as well, in the digits of `currency`, which was checked before. */
export const parseAmount = (field: string, text: string, currency: string, { zero = false } = {}): string => {
  const digits = currencyDigits(currency) ?? 0;
  if (!/^-?\d{1,15}(\.\d{1,40})?$/.test(text))
    throw badInput(field, 'must be a plain decimal such as 12.50, with at most 15 digits before the point');
  const minor = parseMinor(text, digits);
  if (minor === undefined) throw badInput(field, `${currency} has ${digits} decimals, this has more`);
  if (minor < 0n || (minor === 0n && !zero))
    throw badInput(field, zero ? 'must be zero or above' : 'must be above zero');
  return formatMinor(minor, digits);
};

const timePattern = /^(\d{4})-(\d\d)-(\d\d)[Tt](\d\d):(\d\d):(\d\d)(\.\d{1,9})?([Zz]|[+-]\d\d:\d\d)$/;

/** RFC 3339 with zone → ISO 8601 in UTC with milliseconds (finer digits are cut). */
export const parseTime = (field: string, text: string): string => {
  if (isCanonical(text)) return text;
  const match = timePattern.exec(text);
  const time = match ? utc(match) : undefined;
  if (time === undefined || Number.isNaN(time))
    throw badInput(field, 'must be an RFC 3339 time with zone, such as 2026-01-31T09:30:00Z, that exists');
  const iso = new Date(time).toISOString();
  if (iso < '1900' || iso.length !== 24) throw badInput(field, 'must lie within the years 1900 to 9999');
  return iso;
};

/** What comes out is what most clients send. */
const isCanonical = (text: string): boolean => {
  if (text.length !== 24 || text < '1900') return false;
  const time = Date.parse(text);
  return !Number.isNaN(time) && new Date(time).toISOString() === text;
};

/** Milliseconds since 1970, NaN for a day or time that the calendar does not have (`Date.parse` would roll over). */
const utc = (match: RegExpExecArray): number => {
  const [year, month, day, hour, minute, second] = match.slice(1, 7).map(Number) as [
    number,
    number,
    number,
    number,
    number,
    number,
  ];
  const date = new Date(0);
  date.setUTCFullYear(year, month - 1, day);
  const exists = date.getUTCMonth() === month - 1 && date.getUTCDate() === day && month >= 1;
  if (!exists || hour > 23 || minute > 59 || second > 59) return Number.NaN;
  const millis = Number((match[7] ?? '').slice(1, 4).padEnd(3, '0'));
  return date.setUTCHours(hour, minute, second, millis) - zoneMs(match[8] ?? 'Z');
};

const zoneMs = (zone: string): number => {
  if (zone.toUpperCase() === 'Z') return 0;
  const [hours, minutes] = [Number(zone.slice(1, 3)), Number(zone.slice(4, 6))];
  if (hours > 23 || minutes > 59) return Number.NaN;
  return (zone.startsWith('-') ? -1 : 1) * (hours * 60 + minutes) * 60_000;
};

export const parseIdempotencyKey = (key: string): string => parseText('idempotencyKey', key, { max: 200 });

/** The version that a change expects; undefined where it expects none. */
export const parseExpectedVersion = (version: number | null | undefined): number | undefined => {
  if (version === null || version === undefined) return undefined;
  if (version < 1) throw badInput('expectedVersion', 'must be 1 or above');
  return version;
};

/** What a partial update gives: what is absent stays as it is, null is refused, and so is an update of nothing. */
export const givenFields = <Input extends object>(
  input: Input,
): { readonly [Name in keyof Input]?: NonNullable<Input[Name]> } => {
  const given = Object.entries(input).filter(([, value]) => value !== undefined);
  if (given.length === 0) throw badInput('input', 'must give at least one field');
  for (const [name, value] of given)
    if (value === null) throw badInput(name, 'must not be null: leave it out to keep what is there');
  return Object.fromEntries(given) as { [Name in keyof Input]?: NonNullable<Input[Name]> };
};
