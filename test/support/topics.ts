import { randomBytes } from 'node:crypto';

/** A TOPIC_PREFIX that nobody else has, so that test files share a broker without seeing each other. */
export const uniquePrefix = (): string => `t${randomBytes(5).toString('hex')}.`;
