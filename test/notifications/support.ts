import type { TestDatabase } from '../support/database.js';
import type { TestClient } from '../support/graphql.js';

export interface NotificationInput {
  readonly id?: string | null;
  readonly recipientId?: string;
  readonly kind?: string;
  readonly title?: string;
  readonly body?: string;
  readonly data?: Readonly<Record<string, unknown>> | null;
}

export interface NotificationAnswer {
  readonly id: string;
  readonly recipientId: string;
  readonly kind: string;
  readonly title: string;
  readonly body: string;
  readonly data: Readonly<Record<string, unknown>> | null;
  readonly sourceEventId: string | null;
  readonly version: number;
  readonly createdAt: string;
  readonly deliveredAt: string | null;
  readonly readAt: string | null;
  readonly cursor: string | null;
}

export interface Payload {
  readonly notification: NotificationAnswer;
  readonly position: string;
  readonly replayed: boolean;
}

export const notificationFields =
  '{ id recipientId kind title body data sourceEventId version createdAt deliveredAt readAt cursor }';
const payloadFields = `{ notification ${notificationFields} position replayed }`;

export const sendMutation = `mutation ($input: SendNotificationInput!, $key: ID) {
  sendNotification(input: $input, idempotencyKey: $key) ${payloadFields}
}`;
export const readMutation = `mutation ($id: ID!) { markNotificationRead(id: $id) ${payloadFields} }`;

/** A notification whose fields do not matter to the test, but for those given. */
export const aNotification = (input: NotificationInput = {}): NotificationInput => ({
  recipientId: 'recipient-1',
  kind: 'greeting',
  title: 'Hello',
  body: 'Nice to see you.',
  ...input,
});

export const send = async (
  client: TestClient,
  input: NotificationInput = {},
  key?: string,
): Promise<Payload> =>
  (await client.data<{ sendNotification: Payload }>(sendMutation, { input: aNotification(input), key }))
    .sendNotification;

export const markRead = async (client: TestClient, id: string): Promise<Payload> =>
  (await client.data<{ markNotificationRead: Payload }>(readMutation, { id })).markNotificationRead;

export interface Page {
  readonly nodes: readonly NotificationAnswer[];
  readonly edges: readonly { readonly cursor: string; readonly node: { readonly id: string } }[];
  readonly pageInfo: { readonly hasNextPage: boolean; readonly endCursor: string | null };
  readonly totalCount: number;
  readonly asOf: string;
}

export const pageFields = `{
  nodes ${notificationFields} edges { cursor node { id } } pageInfo { hasNextPage endCursor } totalCount asOf
}`;

export const page = async (client: TestClient, variables: object): Promise<Page> =>
  (
    await client.data<{ notifications: Page }>(
      `query ($recipientId: ID!, $first: Int, $after: String, $unreadOnly: Boolean) {
        notifications(recipientId: $recipientId, first: $first, after: $after, unreadOnly: $unreadOnly) ${pageFields}
      }`,
      variables,
    )
  ).notifications;

export const subscription = `subscription ($recipientId: ID!, $after: Cursor, $heartbeat: Int) {
  notifications(recipientId: $recipientId, after: $after, heartbeat: $heartbeat) ${notificationFields}
}`;

/** Rows of all that a mutation may write. */
export const countRows = async (database: TestDatabase): Promise<Record<string, number>> => {
  const [row] = await database.query<Record<string, number>>(
    `select (select count(*) from notifications)::int as notifications,
       (select count(*) from notifications where read_at is not null)::int as read,
       (select count(*) from outbox where topic = 'notification.events.v1')::int as outbox,
       (select count(*) from idempotency_keys)::int as keys`,
  );
  return row ?? {};
};
