import { createServer } from 'node:http';
import { EventEmitter } from 'node:events';
import { buildSchema } from 'graphql';
import { PubSub, withFilter } from 'graphql-subscriptions';
import { useServer } from 'graphql-ws/use/ws';
import kafkajs from 'kafkajs';
import { WebSocketServer } from 'ws';

/*
 * GraphQL subscriptions over Kafka as most tutorials for Node build them: a kafkajs consumer, an in-memory PubSub, graphql-ws. The same
 * field and payload as Millrace's `userActivities`, without cursors, checks or limits. Listens on PORT, reads TOPIC of KAFKA_BROKERS.
 *
 * PEER_CHANNELS=user gives each user a channel of the PubSub, where the tutorials filter one channel for each subscriber.
 */
const { PORT, KAFKA_BROKERS, TOPIC, PEER_CHANNELS } = process.env;
const hasChannels = PEER_CHANNELS === 'user';

const eventEmitter = new EventEmitter();
eventEmitter.setMaxListeners(0);
const pubsub = new PubSub({ eventEmitter });
const everything = 'activities';

const schema = buildSchema(`
  scalar JSONObject
  scalar DateTime
  type UserActivity { id: ID! userId: ID! action: String! metadata: JSONObject occurredAt: DateTime! }
  type UserActivityEvent { activity: UserActivity! }
  type Query { hello: String }
  type Subscription { userActivities(userId: ID, action: String): UserActivityEvent }
`);
const filtered = withFilter(
  () => pubsub.asyncIterableIterator(everything),
  ({ activity }, { userId, action }) =>
    (userId == null || activity.userId === userId) && (action == null || activity.action === action),
);
const field = schema.getSubscriptionType().getFields().userActivities;
field.subscribe = (root, args, context, info) => {
  if (hasChannels && args.userId != null) return pubsub.asyncIterableIterator(args.userId);
  return args.userId == null && args.action == null
    ? pubsub.asyncIterableIterator(everything)
    : filtered(root, args, context, info);
};
field.resolve = (event) => event;

const server = createServer();
useServer({ schema }, new WebSocketServer({ server, path: '/graphql' }));

const kafka = new kafkajs.Kafka({ brokers: KAFKA_BROKERS.split(','), logLevel: kafkajs.logLevel.ERROR });
const consumer = kafka.consumer({ groupId: `bench-usual-${process.pid}` });
await consumer.connect();
await consumer.subscribe({ topic: TOPIC, fromBeginning: false });
const joined = new Promise((resolve) => consumer.on(consumer.events.GROUP_JOIN, resolve));
await consumer.run({
  eachMessage: async ({ message }) => {
    const activity = JSON.parse(message.value.toString());
    const event = { activity };
    await pubsub.publish(everything, event);
    if (hasChannels) await pubsub.publish(activity.userId, event);
  },
});
await joined;
server.listen(Number(PORT), '127.0.0.1', () => console.log('ready'));
