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
  ['deadLetter', '{ deadLetter(id: "no uuid") { id } }'],
  ['deadLetters', '{ deadLetters(first: -1) { totalCount nodes { id } } }'],
  ['redriveDeadLetters', 'mutation { redriveDeadLetters { matched } }'],
  ['redriveDeadLetters, dry', 'mutation { redriveDeadLetters(filter: {}, dryRun: true) { matched } }'],
  ['discardDeadLetters', 'mutation { discardDeadLetters(ids: ["no uuid"], reason: "") }'],
])('%s is FORBIDDEN to who is no admin, before anything is looked at', async (_, source) => {
  const { errors } = await graphql({ schema, source, contextValue: anybody() });
  expect(errors?.map(({ originalError }) => (originalError as MillraceError).code)).toEqual(['FORBIDDEN']);
});

it('the subscription is FORBIDDEN to who is no admin, before anything is looked at', async () => {
  const document = parse('subscription { deadLetters(filter: { key: "\\u0000" }) { id } }');
  const stream = await createSourceEventStream({ schema, document, contextValue: anybody() });
  expect(stream).toMatchObject({ errors: [{ originalError: { code: 'FORBIDDEN' } }] });
});
