import { z } from 'zod';
import type { LogRecord } from '../kafka/kafka.js';
import { parseData, type Event } from './envelope.js';

export type UserStatus = 'ACTIVE' | 'INACTIVE' | 'SUSPENDED';

/** A user as its events and its row carry it. Times are ISO 8601 in UTC with milliseconds. */
export interface User {
  readonly id: string;
  readonly name: string;
  readonly email: string;
  readonly department: string;
  readonly status: UserStatus;
  readonly version: number;
  readonly createdAt: string;
  readonly updatedAt: string;
}

export type UserEventType = 'user.created' | 'user.updated' | 'user.deleted';

/** Value of a record of `user.events.v1`: the whole user after the event, or as it last was when it is deleted. */
export interface UserEventData extends User {
  /** Set when the event moved the user. */
  readonly previousDepartment: string | null;
}

export type UserEvent = Event<UserEventType, UserEventData>;

const types = ['user.created', 'user.updated', 'user.deleted'] as const;
const data = z.object({
  id: z.guid(),
  name: z.string(),
  email: z.string(),
  department: z.string(),
  status: z.enum(['ACTIVE', 'INACTIVE', 'SUSPENDED']),
  version: z.int().positive(),
  createdAt: z.iso.datetime(),
  updatedAt: z.iso.datetime(),
  previousDepartment: z.string().nullable(),
});

/** @throws UnparseableEvent that names the first field at fault */
export const parseUserEvent = (record: LogRecord): UserEvent => parseData('user', record, types, data);
