import { randomUUID } from 'node:crypto';
import type { TestClient } from '../support/graphql.js';
import type { Deleted } from '../users/support.js';

export interface PostInput {
  readonly id?: string | null;
  readonly title?: string;
  readonly content?: string;
  readonly authorId?: string;
}

export interface PostAnswer {
  readonly id: string;
  readonly title: string;
  readonly content: string;
  readonly authorId: string;
  readonly authorName: string | null;
  readonly department: string | null;
  readonly version: number;
  readonly createdAt: string;
  readonly updatedAt: string;
}

export interface Payload {
  readonly post: PostAnswer;
  readonly position: string;
  readonly replayed: boolean;
}

export const postFields = '{ id title content authorId authorName department version createdAt updatedAt }';
const payloadFields = `{ post ${postFields} position replayed }`;

export const createPostMutation = `mutation ($input: CreatePostInput!, $key: ID) {
  createPost(input: $input, idempotencyKey: $key) ${payloadFields}
}`;
export const updatePostMutation = `mutation ($id: ID!, $input: UpdatePostInput!, $expectedVersion: Long, $key: ID) {
  updatePost(id: $id, input: $input, expectedVersion: $expectedVersion, idempotencyKey: $key) ${payloadFields}
}`;
export const deletePostMutation = `mutation ($id: ID!, $key: ID) {
  deletePost(id: $id, idempotencyKey: $key) { id position replayed }
}`;

/** A post whose fields do not matter to the test, but for those given; its author is nobody unless given. */
export const aPost = (input: PostInput = {}): PostInput => ({
  title: 'Hello',
  content: 'World',
  authorId: randomUUID(),
  ...input,
});

export const createPost = async (client: TestClient, input: PostInput, key?: string): Promise<Payload> =>
  (await client.data<{ createPost: Payload }>(createPostMutation, { input: aPost(input), key })).createPost;

export interface Update {
  readonly id: string;
  readonly input: object;
  readonly expectedVersion?: number | null;
  readonly key?: string;
}

export const updatePost = async (client: TestClient, update: Update): Promise<Payload> =>
  (await client.data<{ updatePost: Payload }>(updatePostMutation, update)).updatePost;

export const deletePost = async (client: TestClient, id: string, key?: string): Promise<Deleted> =>
  (await client.data<{ deletePost: Deleted }>(deletePostMutation, { id, key })).deletePost;

export const readPost = async (client: TestClient, id: string): Promise<PostAnswer | null> =>
  (await client.data<{ post: PostAnswer | null }>(`query ($id: ID!) { post(id: $id) ${postFields} }`, { id }))
    .post;

export interface PostEventAnswer {
  readonly id: string;
  readonly type: string;
  readonly postId: string;
  readonly version: number;
  readonly department: string | null;
  readonly post: PostAnswer | null;
  readonly occurredAt: string;
  readonly cursor: string;
}

export const eventsSubscription = `subscription ($department: String, $after: Cursor, $heartbeat: Int) {
  postEvents(department: $department, after: $after, heartbeat: $heartbeat) {
    id type postId version department post ${postFields} occurredAt cursor
  }
}`;
