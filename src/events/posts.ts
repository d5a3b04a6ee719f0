import { z } from 'zod';
import type { LogRecord } from '../kafka/kafka.js';
import { parseData, type Event } from './envelope.js';

/** A post as its events and its row carry it. Times are ISO 8601 in UTC with milliseconds. */
export interface Post {
  readonly id: string;
  readonly title: string;
  readonly content: string;
  /** Of a user that was there when the post was created; it never changes. */
  readonly authorId: string;
  readonly version: number;
  readonly createdAt: string;
  readonly updatedAt: string;
}

/** A post with what it shows of its author; null where the author is deleted. */
export interface EnrichedPost extends Post {
  readonly authorName: string | null;
  readonly department: string | null;
}

export type PostEventType = 'post.created' | 'post.updated' | 'post.deleted';

/** Value of a record of `post.events.v1`: the whole post after the event, or as it last was when it is deleted. */
export interface PostEventData extends Post {
  /** The author's when it happened, for those who filter by it; null when the author was deleted. */
  readonly department: string | null;
}

export type PostEvent = Event<PostEventType, PostEventData>;

const types = ['post.created', 'post.updated', 'post.deleted'] as const;
const data = z.object({
  id: z.guid(),
  title: z.string(),
  content: z.string(),
  authorId: z.guid(),
  version: z.int().positive(),
  createdAt: z.iso.datetime(),
  updatedAt: z.iso.datetime(),
  department: z.string().nullable(),
});

/** @throws UnparseableEvent that names the first field at fault */
export const parsePostEvent = (record: LogRecord): PostEvent => parseData('post', record, types, data);
