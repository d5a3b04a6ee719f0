import { v5 as uuidv5 } from 'uuid';
import type { ErrorLogInput, UserActivityInput } from 'millrace-sdk';
import { parseTime } from './parse-time.js';

/** Ids are UUIDv5 under this, so that a second import is recognised. */
const namespace = uuidv5('https://httpd.apache.org/docs/current/logs.html#combined', uuidv5.URL);

export interface AccessLogOptions {
  /** Name of the file, without folders. */
  readonly file: string;
  /** Whose log it is; of the error logs. */
  readonly service: string;
}

export interface AccessEntry {
  /** In the file, from 1. */
  readonly line: number;
  readonly activity: UserActivityInput;
  /** Of a status of 400 or above. */
  readonly log: ErrorLogInput | undefined;
}

interface UnreadableLine {
  readonly line: number;
  readonly problem: string;
}

/** Requests that no server takes: their line would be most of a call. */
const longestLine = 65_536;
const longestMessage = 10_000;

/**
 * Lines of the combined log format, or of the common one, which ends before the referrer; what a server appends is left out. Escapes of a
 * quote and a backslash are undone, `\xhh` stays. Empty lines are none.
 */
export async function* readAccessLog(
  lines: AsyncIterable<string> | Iterable<string>,
  options: AccessLogOptions,
): AsyncGenerator<AccessEntry | UnreadableLine> {
  let line = 0;
  for await (const text of lines) {
    line++;
    if (text.trim() === '') continue;
    const parsed = parseLine(text);
    yield typeof parsed === 'string' ? { line, problem: parsed } : toEntry(parsed, options, line, text);
  }
}

/** Of the format's fields those that are there: `-` is none. */
interface Parsed {
  readonly address: string;
  readonly occurredAt: string;
  readonly request: string;
  readonly status: number;
  readonly bytes: number | undefined;
  readonly referrer: string | undefined;
  readonly agent: string | undefined;
}

const escaped = String.raw`((?:[^"\\]|\\.)*)`;

/** Address, identity and user, time, request, status, bytes, referrer, agent. The last quote is missing where a line was cut short. */
const format = new RegExp(
  String.raw`^(\S+) [^"[]+ \[([^\]]+)\] "${escaped}" (\d{3}) (\d{1,15}|-)(?: "${escaped}" "${escaped}(?:"|$).*)?$`,
  's',
);

/** The fields, or what is wrong with the line. */
const parseLine = (line: string): Parsed | string => {
  if (line.length > longestLine) return `It has more than ${longestLine} characters.`;
  const fields = format.exec(line);
  if (!fields) return `It is not of the combined log format: ${quote(line)}.`;
  const [, address = '', time = '', request = '', status, bytes, referrer, agent] = fields;
  const occurredAt = parseTime(toIso(time));
  if (occurredAt === undefined) return `It has no date and time with zone: ${quote(time)}.`;
  return {
    address,
    occurredAt,
    request: unescape(request),
    status: Number(status),
    bytes: bytes === '-' ? undefined : Number(bytes),
    referrer: given(referrer),
    agent: given(agent),
  };
};

const months = 'Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec'.split(' ');

/** `17/May/2015:10:05:03 +0000` as `2015-05-17T10:05:03+00:00`; anything else as something that is no time. */
const toIso = (time: string): string =>
  time.replace(
    /^(\d\d)\/([A-Z][a-z]{2})\/(\d{4}):(\S+) ([+-]\d\d)(\d\d)$/,
    (_, day: string, month: string, year: string, clock: string, hours: string, minutes: string) =>
      `${year}-${(months.indexOf(month) + 1).toString().padStart(2, '0')}-${day}T${clock}${hours}:${minutes}`,
  );

const unescape = (field: string): string => field.replaceAll(/\\(["\\])/g, '$1');

const given = (field: string | undefined): string | undefined =>
  field === undefined || field === '-' || field === '' ? undefined : unescape(field);

/** Method, path and, from HTTP/1.0 on, protocol. A server also logs what is no request: timeouts as `-`, or the bytes that came. */
const requestLine = /^([A-Za-z-]*[A-Za-z]) (\S.*?)(?: (HTTP\/\d(?:\.\d)?))?$/s;

const toEntry = (
  { address, occurredAt, request, status, bytes, referrer, agent }: Parsed,
  { file, service }: AccessLogOptions,
  line: number,
  text: string,
): AccessEntry => {
  const [, method = '-', path = request, protocol] = requestLine.exec(request) ?? [];
  const message = `${status} ${method === '-' ? request : `${method} ${path}`}`;
  // The text as well: tomorrow another log has this name.
  const id = uuidv5(`${file.replace(/\.gz$/, '')}:${line}:${text}`, namespace);
  return {
    line,
    activity: {
      id,
      userId: address,
      action: method,
      metadata: { path, status, bytes, agent, referrer, protocol },
      occurredAt,
    },
    log:
      status < 400
        ? undefined
        : {
            id,
            service,
            level: status < 500 ? 'WARN' : 'ERROR',
            message: message.slice(0, longestMessage).toWellFormed(),
            metadata: { userId: address },
            occurredAt,
          },
  };
};

const quote = (line: string): string => JSON.stringify(line.slice(0, 60));
