/**
 * Every topic, as data. A topic's name anywhere else is a defect.
 *
 * `fedBy` decides how readers tell a repeat from a new record: what the outbox feeds carries a gap-free `millrace-seq` per
 * partition, facts and copies carry only their `ce_id`.
 */
export interface TopicSpec {
  readonly name: string;
  /** What the record key is. */
  readonly key: string;
  readonly fedBy: 'outbox' | 'facts' | 'copies';
  readonly types: readonly string[];
  readonly kept: 'for ever' | 'profile' | '1 day' | '30 days';
}

export const partitionsPerTopic = 3;
/** That we give a topic. */
export const mostPartitions = 1_000;

export const orderEvents: TopicSpec = {
  name: 'order.events.v1',
  key: 'orderId',
  fedBy: 'outbox',
  types: ['order.created', 'order.shipped', 'order.delivered'],
  kept: 'for ever',
};
export const orderStatsChanges: TopicSpec = {
  name: 'order.stats.v1',
  key: 'currency',
  fedBy: 'outbox',
  types: ['order.stats.changed'],
  kept: '1 day',
};
export const userEvents: TopicSpec = {
  name: 'user.events.v1',
  key: 'userId',
  fedBy: 'outbox',
  types: ['user.created', 'user.updated', 'user.deleted'],
  kept: 'for ever',
};
export const postEvents: TopicSpec = {
  name: 'post.events.v1',
  key: 'postId',
  fedBy: 'outbox',
  types: ['post.created', 'post.updated', 'post.deleted'],
  kept: 'for ever',
};
export const departmentStatsChanges: TopicSpec = {
  name: 'department.stats.v1',
  key: 'department',
  fedBy: 'outbox',
  types: ['department.stats.changed'],
  kept: '1 day',
};
export const productEvents: TopicSpec = {
  name: 'product.events.v1',
  key: 'productId',
  fedBy: 'outbox',
  types: ['product.created', 'product.changed'],
  kept: 'for ever',
};
export const notificationEvents: TopicSpec = {
  name: 'notification.events.v1',
  key: 'recipientId',
  fedBy: 'outbox',
  types: ['notification.created', 'notification.read'],
  kept: 'profile',
};
export const userActivityFacts: TopicSpec = {
  name: 'telemetry.user-activity.v1',
  key: 'userId',
  fedBy: 'facts',
  types: ['telemetry.user-activity'],
  kept: 'profile',
};
export const systemMetricFacts: TopicSpec = {
  name: 'telemetry.system-metric.v1',
  key: 'host',
  fedBy: 'facts',
  types: ['telemetry.system-metric'],
  kept: 'profile',
};
export const errorLogFacts: TopicSpec = {
  name: 'telemetry.error-log.v1',
  key: 'service',
  fedBy: 'facts',
  types: ['telemetry.error-log'],
  kept: 'profile',
};
export const telemetryChanges: TopicSpec = {
  name: 'telemetry.stats.v1',
  key: 'all, or host and metric',
  fedBy: 'outbox',
  types: ['telemetry.stats.changed', 'telemetry.metric.changed'],
  kept: '1 day',
};
export const casinoUserActionFacts: TopicSpec = {
  name: 'casino.user-action.v1',
  key: 'playerId',
  fedBy: 'facts',
  types: ['casino.user-action'],
  kept: 'profile',
};
export const casinoBattlePassFacts: TopicSpec = {
  name: 'casino.battle-pass.v1',
  key: 'playerId',
  fedBy: 'facts',
  types: ['casino.battle-pass'],
  kept: 'profile',
};
export const casinoAdultContentFacts: TopicSpec = {
  name: 'casino.adult-content.v1',
  key: 'playerId',
  fedBy: 'facts',
  types: ['casino.adult-content'],
  kept: 'profile',
};
export const casinoVipFacts: TopicSpec = {
  name: 'casino.vip.v1',
  key: 'playerId',
  fedBy: 'facts',
  types: ['casino.vip'],
  kept: 'profile',
};
export const casinoGameEvents: TopicSpec = {
  name: 'casino.game-event.v1',
  key: 'playerId',
  fedBy: 'outbox',
  types: ['casino.game-event'],
  kept: 'profile',
};
export const casinoCyberTokens: TopicSpec = {
  name: 'casino.cyber-token.v1',
  key: 'playerId',
  fedBy: 'outbox',
  types: ['casino.cyber-token'],
  kept: 'profile',
};
export const casinoAnalytics: TopicSpec = {
  name: 'casino.analytics.v1',
  key: 'playerId',
  fedBy: 'outbox',
  types: ['casino.analytics'],
  kept: 'profile',
};
export const casinoFeedback: TopicSpec = {
  name: 'casino.feedback.v1',
  key: 'playerId',
  fedBy: 'outbox',
  types: ['casino.feedback'],
  kept: 'profile',
};
export const casinoPlayerChanges: TopicSpec = {
  name: 'casino.player.v1',
  key: 'playerId',
  fedBy: 'outbox',
  types: ['casino.player.changed'],
  kept: '1 day',
};
export const casinoStatsChanges: TopicSpec = {
  name: 'casino.stats.v1',
  key: 'all',
  fedBy: 'outbox',
  types: ['casino.stats.changed'],
  kept: '1 day',
};
/** Which dead letters changed; who wants to know how reads them. */
export const deadLetterChanges: TopicSpec = {
  name: 'dead-letter.v1',
  key: 'deadLetterId',
  fedBy: 'outbox',
  types: ['dead-letter.changed'],
  kept: '1 day',
};

/** Topics that repeat some types of another topic, for readers who want one type per topic. */
export interface CopySpec extends TopicSpec {
  readonly fedBy: 'copies';
  readonly from: TopicSpec;
}

export const copies: readonly CopySpec[] = [
  {
    name: 'order.created.v1',
    key: 'orderId',
    fedBy: 'copies',
    from: orderEvents,
    types: ['order.created'],
    kept: 'profile',
  },
  {
    name: 'order.shipped.v1',
    key: 'orderId',
    fedBy: 'copies',
    from: orderEvents,
    types: ['order.shipped', 'order.delivered'],
    kept: 'profile',
  },
  {
    name: 'product.created.v1',
    key: 'productId',
    fedBy: 'copies',
    from: productEvents,
    types: ['product.created'],
    kept: 'profile',
  },
];

/** The type under which a letter is filed whose own type is missing, not ours, or has no topic of letters. */
export const unknownType = 'unknown';

/** Where letters of an event type go, e.g. `order.created.v1.dlq`. */
export const deadLetterTopic = (type: string): string =>
  `${letterTypes.has(type) ? type : unknownType}.v1.dlq`;

const sources: readonly TopicSpec[] = [
  orderEvents,
  orderStatsChanges,
  userEvents,
  postEvents,
  departmentStatsChanges,
  productEvents,
  notificationEvents,
  userActivityFacts,
  systemMetricFacts,
  errorLogFacts,
  telemetryChanges,
  casinoUserActionFacts,
  casinoBattlePassFacts,
  casinoAdultContentFacts,
  casinoVipFacts,
  casinoGameEvents,
  casinoCyberTokens,
  casinoAnalytics,
  casinoFeedback,
  casinoPlayerChanges,
  casinoStatsChanges,
  deadLetterChanges,
  ...copies,
];

/** Changes of states, which are kept for a day, are folded and consumed by nobody: whoever misses one reads the state. */
const letterTypes = new Set(sources.filter(({ kept }) => kept !== '1 day').flatMap(({ types }) => types));

export const topics: readonly TopicSpec[] = [
  ...sources,
  ...[...letterTypes, unknownType].map((type): TopicSpec => ({
    name: `${type}.v1.dlq`,
    key: 'as the letter',
    fedBy: 'outbox',
    types: [type],
    kept: '30 days',
  })),
];

export const topicNamed = (name: string): TopicSpec | undefined =>
  topics.find((topic) => topic.name === name);

/** Names of the topics that the outbox feeds. */
export const fedTopics = topics.filter(({ fedBy }) => fedBy === 'outbox').map(({ name }) => name);
