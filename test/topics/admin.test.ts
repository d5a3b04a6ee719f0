import { expect, it } from '@jest/globals';
import { createSourceEventStream, graphql, parse } from 'graphql';
import type { MillraceError } from '../../src/errors.js';
import { createSchema } from '../../src/gateway/schema.js';
import { createContext, type Services } from '../../src/resolvers/context.js';
import { resolvers } from '../../src/resolvers/index.js';
import { scalars } from '../../src/resolvers/scalars.js';

const schema = createSchema(resolvers, scalars);
/** Whoever uses a service has failed. */
const untouchable = new Proxy(
  {},
  {
    get: (_, name) => {
      throw new Error(`${String(name)} was used`);
    },
  },
);
const services = new Proxy({}, { get: () => untouchable }) as Services;
const anybody = () => createContext(services, { id: 'anybody', admin: false, scope: 'nobody' });

it.each([
  ['topics', '{ topics { name } }'],
  ['topic', '{ topic(name: "..") { name } }'],
  ['topicStatus', '{ topicStatus(first: 0) { topic } }'],
  ['messages', '{ messages(topic: "..", first: 0) { value } }'],
  ['consumerGroups', '{ consumerGroups { id } }'],
  ['produceMessage', 'mutation { produceMessage(topic: "..", value: "") { offset } }'],
  ['createTopic', 'mutation { createTopic(name: "..") { name } }'],
  ['deleteTopic', 'mutation { deleteTopic(name: "..") }'],
])('%s is FORBIDDEN to who is no admin, before anything is looked at', async (_, source) => {
  const { errors } = await graphql({ schema, source, contextValue: anybody() });
  expect(errors?.map(({ originalError }) => (originalError as MillraceError).code)).toEqual(['FORBIDDEN']);
});

it.each([
  ['messages', 'subscription { messages(topic: "..", after: "") { value } }'],
  ['topics', 'subscription { topics { name } }'],
  ['consumerGroups', 'subscription { consumerGroups { id } }'],
])('the subscription %s is FORBIDDEN to who is no admin, before anything is looked at', async (_, source) => {
  const stream = await createSourceEventStream({ schema, document: parse(source), contextValue: anybody() });
  expect(stream).toMatchObject({ errors: [{ originalError: { code: 'FORBIDDEN' } }] });
});
