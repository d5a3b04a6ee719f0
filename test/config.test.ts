import { resolve } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { ConfigError, readConfig, variables } from '../src/config.js';

const problemsOf = (environment: Record<string, string>): readonly string[] => {
  try {
    readConfig(environment);
  } catch (error) {
    if (error instanceof ConfigError) return error.problems;
    throw error;
  }
  return [];
};

describe('with nothing set', () => {
  const config = readConfig({});

  test('the gateway listens on 127.0.0.1:4000 and every server is embedded', () => {
    expect(config).toMatchObject({
      host: '127.0.0.1',
      port: 4000,
      dataDir: resolve('.millrace'),
      topicPrefix: '',
    });
    expect([config.kafka, config.databaseUrl, config.redisUrl, config.cursorSecret]).toEqual([
      undefined,
      undefined,
      undefined,
      undefined,
    ]);
  });

  test('the process has all roles and the development profile', () => {
    expect(config.roles).toEqual(['gateway', 'relay', 'streams', 'consumers']);
    expect([config.profile, config.logLevel]).toEqual(['development', 'debug']);
  });
});

test('production logs at info unless told otherwise', () => {
  expect(readConfig({ NODE_ENV: 'production' }).logLevel).toBe('info');
  expect(readConfig({ NODE_ENV: 'production', LOG_LEVEL: 'warn' }).logLevel).toBe('warn');
});

test('a variable set to nothing is the same as one not set', () => {
  expect(readConfig({ REDIS_URL: '', PORT: '', KAFKA_BROKERS: '' })).toEqual(readConfig({}));
});

test('lists are cut at commas, and blanks around them do not count', () => {
  expect(readConfig({ KAFKA_BROKERS: ' a:9092, b:9092 ,' }).kafka?.brokers).toEqual(['a:9092', 'b:9092']);
  expect(readConfig({ MILLRACE_ROLES: 'relay, streams' }).roles).toEqual(['relay', 'streams']);
});

test('a SASL mechanism brings its user and password along', () => {
  const { kafka } = readConfig({
    KAFKA_BROKERS: 'a:9092',
    KAFKA_SASL_MECHANISM: 'scram-sha-512',
    KAFKA_USERNAME: 'u',
    KAFKA_PASSWORD: 'p',
    KAFKA_SSL: 'true',
  });
  expect(kafka).toMatchObject({
    ssl: true,
    sasl: { mechanism: 'scram-sha-512', username: 'u', password: 'p' },
  });
});

test('all problems are reported together, each with its variable', () => {
  const problems = problemsOf({
    PORT: '70000',
    LOG_LEVEL: 'loud',
    MILLRACE_ROLES: 'gateway,chef',
    KAFKA_SASL_MECHANISM: 'kerberos',
    TOPIC_PREFIX: 'no spaces',
    MILLRACE_ROLE: 'relay',
  });
  const names = [
    'PORT',
    'LOG_LEVEL',
    'MILLRACE_ROLES',
    'KAFKA_SASL_MECHANISM',
    'TOPIC_PREFIX',
    'MILLRACE_ROLE',
  ];
  expect(problems.map((problem) => problem.split(':')[0]).toSorted()).toEqual(names.toSorted());
});

test.each([
  ['PORT', '-1'],
  ['PORT', '80.5'],
  ['PORT', 'http'],
  ['PORT', ' '],
  ['MILLRACE_ROLES', ','],
  ['KAFKA_BROKERS', ','],
  ['KAFKA_SSL', 'yes'],
  ['CURSOR_SECRET', 'short'],
  ['TOPIC_PREFIX', 'a/b'],
  ['NODE_ENV', 'staging'],
])('%s=%j is refused', (name, value) => {
  expect(problemsOf({ [name]: value })).toEqual([expect.stringContaining(name)]);
});

test('a SASL mechanism without a user is refused, whatever else is wrong', () => {
  expect(problemsOf({ KAFKA_SASL_MECHANISM: 'plain' })).toEqual([
    expect.stringContaining('KAFKA_SASL_MECHANISM'),
  ]);
});

test('the message of a refusal names every problem on a line of its own', () => {
  const error = new ConfigError(['A: one', 'B: two']);
  expect(error.message.split('\n').slice(1)).toEqual(['  A: one', '  B: two']);
});

test('a refusal does not repeat secrets', () => {
  expect(problemsOf({ CURSOR_SECRET: 'hunter2' }).join('\n')).not.toContain('hunter2');
});

test('foreign variables are none of our business', () => {
  expect(problemsOf({ HOME: '/x', npm_config_x: 'y' })).toEqual([]);
});

test('every variable has a description, for .env.example and --help', () => {
  const missing = Object.entries(variables).filter(([, schema]) => !schema.description);
  expect(missing.map(([name]) => name)).toEqual([]);
});
