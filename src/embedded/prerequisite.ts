import { hasCode } from '../errors.js';

/** Something outside of Millrace is missing. The message is one line: what is missing and what to do. */
export class PrerequisiteError extends Error {
  constructor(message: string, options?: ErrorOptions) {
    super(message.replace(/\s+/g, ' ').trim(), options);
    this.name = 'PrerequisiteError';
  }
}

/** What a failed file operation below `dir` means to whoever started Millrace; other errors come back as they are. */
export const explainFileError = (error: unknown, dir: string): unknown => {
  if (hasCode(error, 'ENOSPC', 'EDQUOT')) return diskFull(dir, error);
  if (hasCode(error, 'EACCES', 'EPERM', 'EROFS', 'ENOENT', 'ENOTDIR', 'EEXIST'))
    return new PrerequisiteError(
      `${dir} cannot be written: give this user the right to write there, or set MILLRACE_DATA_DIR to another directory (not needed when KAFKA_BROKERS, DATABASE_URL and REDIS_URL are all set)`,
      { cause: error },
    );
  return error;
};

export const diskFull = (dir: string, cause?: unknown): PrerequisiteError =>
  new PrerequisiteError(
    `The disk that holds ${dir} is full: free at least 500 MB, or set MILLRACE_DATA_DIR to a directory on another disk (or use servers elsewhere: KAFKA_BROKERS, DATABASE_URL, REDIS_URL)`,
    { cause },
  );
