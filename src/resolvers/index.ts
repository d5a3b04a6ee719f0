import { casinoResolvers } from './casino.js';
import { deadLetterResolvers } from './dead-letters.js';
import { departmentResolvers } from './departments.js';
import { messageResolvers } from './messages.js';
import { notificationResolvers } from './notifications.js';
import { orderStatsResolvers } from './order-stats.js';
import { orderResolvers } from './orders.js';
import { postResolvers } from './posts.js';
import { productResolvers } from './products.js';
import { topicResolvers } from './topics.js';
import { telemetryResolvers } from './telemetry.js';
import { userResolvers } from './users.js';

/** One line per domain. */
const domains = [
  orderResolvers,
  orderStatsResolvers,
  userResolvers,
  postResolvers,
  departmentResolvers,
  productResolvers,
  notificationResolvers,
  telemetryResolvers,
  casinoResolvers,
  deadLetterResolvers,
  messageResolvers,
  topicResolvers,
];

/** What answers each field of the schema, by type; fields without a resolver are the property of their name. */
export const resolvers: Readonly<Record<string, object>> = domains.reduce<Record<string, object>>(
  (all, domain) => {
    for (const [type, fields] of Object.entries(domain)) all[type] = { ...all[type], ...fields };
    return all;
  },
  {},
);
