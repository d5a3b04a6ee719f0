import type { LogRecord } from './kafka/kafka.js';

type Sized = Pick<LogRecord, 'key' | 'value'> & { readonly headers: LogRecord['headers'] | null };

/** About what a record and its bookkeeping take in memory. */
export const sizeOf = ({ key, value, headers }: Sized): number => {
  let size = 200 + (key?.length ?? 0) + (value?.length ?? 0);
  for (const name in headers) size += name.length + (headers[name] as string).length;
  return size;
};
