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

describe('notifications', () => {
  const webhook = {
    NOTIFICATION_CHANNELS: 'webhook',
    NOTIFICATION_WEBHOOK_URL: 'https://hooks.example.com/in?token=hunter2',
  };
  const smtp = {
    NOTIFICATION_CHANNELS: 'smtp',
    NOTIFICATION_SMTP_URL: 'smtps://me:hunter2@mail.example.com:465',
    NOTIFICATION_SMTP_FROM: 'Millrace <millrace@example.com>',
  };

  test('go to the log unless told otherwise, and are tried three times more', () => {
    expect(readConfig({}).notifications).toEqual({
      log: true,
      webhook: undefined,
      smtp: undefined,
      failPrefix: 'fail-',
      retries: 3,
      retryDelayMs: 2_000,
    });
  });

  test('go by all channels that are named', () => {
    const { notifications } = readConfig({
      ...webhook,
      ...smtp,
      NOTIFICATION_CHANNELS: 'smtp, webhook, webhook',
      NOTIFICATION_WEBHOOK_SECRET: 'a secret of the receiver',
      NOTIFICATION_WEBHOOK_TIMEOUT_MS: '1500',
      NOTIFICATION_FAIL_PREFIX: 'never-',
      NOTIFICATION_RETRIES: '0',
      NOTIFICATION_RETRY_DELAY_MS: '0',
    });
    expect(notifications).toEqual({
      log: false,
      webhook: {
        url: webhook.NOTIFICATION_WEBHOOK_URL,
        secret: 'a secret of the receiver',
        timeoutMs: 1_500,
        allowPrivate: false,
        allowPrivateVariable: 'NOTIFICATION_WEBHOOK_ALLOW_PRIVATE',
      },
      smtp: { url: smtp.NOTIFICATION_SMTP_URL, from: smtp.NOTIFICATION_SMTP_FROM },
      failPrefix: 'never-',
      retries: 0,
      retryDelayMs: 0,
    });
  });

  test('do not go by a channel that is set up and not named', () => {
    expect(readConfig({ ...webhook, ...smtp, NOTIFICATION_CHANNELS: 'log' }).notifications).toMatchObject({
      log: true,
      webhook: undefined,
      smtp: undefined,
    });
  });

  test('a prefix of nothing is the default, or every delivery would fail', () => {
    expect(readConfig({ NOTIFICATION_FAIL_PREFIX: '' }).notifications.failPrefix).toBe('fail-');
  });

  test('what a channel needs is asked for, beside every other problem', () => {
    expect(problemsOf({ NOTIFICATION_CHANNELS: 'log,webhook,smtp', PORT: 'http' })).toEqual([
      expect.stringMatching(/^PORT/),
      expect.stringMatching(/^NOTIFICATION_WEBHOOK_URL: .*webhook/),
      expect.stringMatching(/^NOTIFICATION_SMTP_URL: .*smtp/),
      expect.stringMatching(/^NOTIFICATION_SMTP_FROM: .*smtp/),
    ]);
  });

  test.each([
    'http://127.0.0.1:9000/',
    'http://2130706433/',
    'http://0x7f.1/',
    'https://10.0.0.8/',
    'http://169.254.169.254/latest/meta-data',
    'http://[::1]/',
    'http://[::ffff:127.0.0.1]/',
    'http://[fd00::1]/',
    'http://localhost:9000/',
    'http://hooks.LOCALHOST/',
  ])('%s is refused as a webhook unless private addresses are allowed', (url) => {
    const environment = { NOTIFICATION_CHANNELS: 'webhook', NOTIFICATION_WEBHOOK_URL: url };
    expect(problemsOf(environment)).toEqual([
      expect.stringMatching(/^NOTIFICATION_WEBHOOK_URL: .*NOTIFICATION_WEBHOOK_ALLOW_PRIVATE=true/),
    ]);
    expect(
      readConfig({ ...environment, NOTIFICATION_WEBHOOK_ALLOW_PRIVATE: 'true' }).notifications.webhook,
    ).toMatchObject({ url, allowPrivate: true });
  });

  test('headquarters are refused likewise, by a variable of their own', () => {
    const environment = { CASINO_HQ_WEBHOOK_URL: 'http://127.0.0.1:9000/' };
    const variable = 'CASINO_HQ_WEBHOOK_ALLOW_PRIVATE';
    expect(problemsOf(environment)).toEqual([
      expect.stringMatching(/^CASINO_HQ_WEBHOOK_URL: .*CASINO_HQ_WEBHOOK_ALLOW_PRIVATE=true/),
    ]);
    expect(readConfig({ ...environment, [variable]: 'true' }).casino.headquarters).toMatchObject({
      allowPrivate: true,
      allowPrivateVariable: variable,
    });
  });

  test.each([
    ['NOTIFICATION_CHANNELS', ','],
    ['NOTIFICATION_CHANNELS', 'pigeon'],
    ['NOTIFICATION_RETRIES', '101'],
    ['NOTIFICATION_RETRIES', '-1'],
    ['NOTIFICATION_RETRIES', '1e1'],
    ['NOTIFICATION_RETRIES', ' '],
    ['NOTIFICATION_RETRY_DELAY_MS', '3600001'],
    ['NOTIFICATION_WEBHOOK_URL', 'hooks.example.com'],
    ['NOTIFICATION_WEBHOOK_URL', 'ftp://hooks.example.com'],
    ['NOTIFICATION_WEBHOOK_URL', 'file:///etc/passwd'],
    ['NOTIFICATION_WEBHOOK_SECRET', 'short'],
    ['NOTIFICATION_WEBHOOK_TIMEOUT_MS', '0'],
    ['NOTIFICATION_WEBHOOK_TIMEOUT_MS', '300001'],
    ['NOTIFICATION_WEBHOOK_ALLOW_PRIVATE', 'yes'],
    ['NOTIFICATION_SMTP_URL', 'mail.example.com:25'],
    ['NOTIFICATION_SMTP_URL', 'https://mail.example.com'],
    ['NOTIFICATION_SMTP_URL', 'smtp://'],
    ['NOTIFICATION_SMTP_FROM', 'Millrace'],
    ['NOTIFICATION_SMTP_FROM', 'a@example.com, b@example.com'],
    ['NOTIFICATION_SMTP_FROM', 'a@example.com\nBcc: b@example.com'],
    ['NOTIFICATION_SMTP_FROM', 'A\r\nBcc: b <a@example.com>'],
  ])('%s=%j is refused', (name, value) => {
    expect(problemsOf({ [name]: value })).toEqual([expect.stringContaining(name)]);
  });

  test('a refusal does not repeat the secrets in URLs', () => {
    const problems = problemsOf({
      NOTIFICATION_CHANNELS: 'webhook,smtp',
      NOTIFICATION_WEBHOOK_URL: 'http://me:hunter2@127.0.0.1/hunter2',
      NOTIFICATION_SMTP_URL: 'smpt://me:hunter2@mail.example.com',
    });
    expect(problems.length).toBeGreaterThan(1);
    expect(problems.join('\n')).not.toContain('hunter2');
  });
});
