import { resolve } from 'node:path';
import { z } from 'zod';
import { isPrivateLiteral } from './public-addresses.js';

export const roles = ['gateway', 'relay', 'streams', 'consumers'] as const;
export type Role = (typeof roles)[number];

const channels = ['log', 'webhook', 'smtp'] as const;

const flag = z.enum(['true', 'false']).transform((text) => text === 'true');
const port = z
  .string()
  .regex(/^\d{1,5}$/, 'must be a port number')
  .transform(Number)
  .refine((number) => number <= 65_535, 'must be at most 65535');
const list = z.string().transform((text) =>
  text
    .split(',')
    .map((item) => item.trim())
    .filter((item) => item !== ''),
);
const whole = (least: number, most: number) =>
  z
    .string()
    .regex(/^\d{1,9}$/, 'must be a whole number')
    .transform(Number)
    .refine((number) => number >= least && number <= most, `must be from ${least} to ${most}`);
const url = (...schemes: string[]) =>
  z
    .string()
    .refine(
      (text) => URL.canParse(text) && schemes.includes(new URL(text).protocol) && new URL(text).host !== '',
      `must begin with ${schemes.map((scheme) => `${scheme}//`).join(' or ')} and name a host`,
    );

/** Every variable of the environment that Millrace reads. `.env.example` and `millrace --help` are made from it. */
export const variables = {
  PORT: port.default(4000).describe('Port of HTTP, WebSocket and SSE.'),
  HOST: z.string().min(1).default('127.0.0.1').describe('Address to listen on.'),
  NODE_ENV: z
    .enum(['development', 'production', 'test'])
    .default('development')
    .describe('Profile: how long topics are kept, what clients may look into.'),
  LOG_LEVEL: z
    .enum(['debug', 'info', 'warn', 'error', 'silent'])
    .optional()
    .describe('Default: debug in development, info in production.'),
  KAFKA_BROKERS: list
    .refine((brokers) => brokers.length > 0, 'must name at least one host:port')
    .optional()
    .describe('Comma list of host:port. Unset: an embedded Kafka.'),
  KAFKA_SASL_MECHANISM: z
    .enum(['plain', 'scram-sha-256', 'scram-sha-512'])
    .optional()
    .describe('SASL mechanism; needs KAFKA_USERNAME and KAFKA_PASSWORD.'),
  KAFKA_USERNAME: z.string().min(1).optional().describe('SASL user.'),
  KAFKA_PASSWORD: z.string().min(1).optional().describe('SASL password.'),
  KAFKA_SSL: flag.default(false).describe('Talk TLS to Kafka.'),
  KAFKA_CA_FILE: z.string().min(1).optional().describe('PEM file of the CA that signed the brokers.'),
  DATABASE_URL: z.string().min(1).optional().describe('Postgres. Unset: an embedded Postgres.'),
  REDIS_URL: z
    .string()
    .min(1)
    .optional()
    .describe('Redis. Unset: a local redis-server if one is on the PATH, else none.'),
  CURSOR_SECRET: z
    .string()
    .min(16)
    .optional()
    .describe('Signs cursors and positions. Unset: made once and kept in Postgres.'),
  MILLRACE_ROLES: list
    .pipe(z.array(z.enum(roles)).min(1))
    .default([...roles])
    .describe('Roles of this process, any of gateway, relay, streams, consumers.'),
  MILLRACE_DATA_DIR: z.string().min(1).default('.millrace').describe('Data of the embedded servers.'),
  TOPIC_PREFIX: z
    .string()
    .regex(/^[a-zA-Z0-9._-]{0,80}$/, 'may hold letters, digits, dot, dash and underscore')
    .default('')
    .describe('Put before every topic and consumer group.'),
  NOTIFICATION_CHANNELS: list
    .pipe(z.array(z.enum(channels)).min(1))
    .default(['log'])
    .describe('How notifications are delivered, any of log, webhook, smtp. Each must succeed.'),
  NOTIFICATION_FAIL_PREFIX: z
    .string()
    .default('fail-')
    .describe('Delivery to recipients whose id begins with it fails, to show what then happens.'),
  NOTIFICATION_RETRIES: whole(0, 100)
    .default(3)
    .describe('How often a failed delivery is tried again before it becomes a dead letter.'),
  NOTIFICATION_RETRY_DELAY_MS: whole(0, 3_600_000).default(2_000).describe('Pause before each of them.'),
  NOTIFICATION_WEBHOOK_URL: url('http:', 'https:')
    .optional()
    .describe('Where the webhook channel posts to; that channel needs it.'),
  NOTIFICATION_WEBHOOK_SECRET: z
    .string()
    .min(16)
    .optional()
    .describe('Signs what is posted (Millrace-Signature). Unset: no signature.'),
  NOTIFICATION_WEBHOOK_TIMEOUT_MS: whole(1, 20_000)
    .default(5_000)
    .describe('How long one post may take, from connecting to the answer.'),
  NOTIFICATION_WEBHOOK_ALLOW_PRIVATE: flag
    .default(false)
    .describe('Post to loopback and private addresses too.'),
  NOTIFICATION_SMTP_URL: url('smtp:', 'smtps:')
    .optional()
    .describe(
      'smtp[s]://user:password@host:port of the smtp channel, which needs it and the next. ?requireTLS=true insists on STARTTLS.',
    ),
  NOTIFICATION_SMTP_FROM: z
    .string()
    .regex(
      /^([^<>\p{Cc}]+<[^\s<>@,]+@[^\s<>@,]+>|[^\s<>@,]+@[^\s<>@,]+)$/u,
      'must be an address or Name <address>',
    )
    .optional()
    .describe('Sender of mails.'),
  SUBSCRIBER_BUFFER_BYTES: whole(16_384, 67_108_864)
    .default(262_144)
    .describe('Unsent bytes on one connection, beyond which nothing is taken for its subscriptions.'),
  SUBSCRIBER_MOST_BEHIND: whole(100, 100_000_000)
    .default(100_000)
    .describe(
      'How many records a client that takes nothing may fall behind; then its subscription ends with GAP.',
    ),
  RECONNECT_SPREAD_MS: whole(0, 8_000)
    .default(2_000)
    .describe('At a stop clients are told to reconnect, spread over so long.'),
  TELEMETRY_RETENTION_DAYS: whole(1, 3_650)
    .default(30)
    .describe('How long stored telemetry, by the time of its arrival, and the status of topics are kept.'),
  CASINO_ADULT_AGE: whole(13, 30).default(18).describe('Age, in years, from which adult content is shown.'),
  CASINO_SESSION_REMINDER_MINUTES: whole(1, 1_440)
    .default(60)
    .describe('After each so many minutes of a session the player is reminded of the time.'),
  CASINO_HQ_WEBHOOK_URL: url('http:', 'https:')
    .optional()
    .describe('Headquarters, told of earned tokens by posts. Unset: they are logged.'),
  CASINO_HQ_WEBHOOK_SECRET: z
    .string()
    .min(16)
    .optional()
    .describe('Signs what is posted there (Millrace-Signature). Unset: no signature.'),
  CASINO_HQ_WEBHOOK_ALLOW_PRIVATE: flag
    .default(false)
    .describe('Headquarters may be a loopback or private address.'),
} as const;

export interface Config {
  readonly port: number;
  readonly host: string;
  readonly profile: 'development' | 'production' | 'test';
  readonly logLevel: 'debug' | 'info' | 'warn' | 'error' | 'silent';
  readonly roles: readonly Role[];
  readonly dataDir: string;
  readonly topicPrefix: string;
  readonly cursorSecret: string | undefined;
  /** Undefined: embedded. */
  readonly kafka: KafkaAddress | undefined;
  /** Undefined: embedded. */
  readonly databaseUrl: string | undefined;
  /** Undefined: embedded when `redis-server` is there. */
  readonly redisUrl: string | undefined;
  readonly notifications: NotificationsConfig;
  readonly subscribers: SubscribersConfig;
  readonly telemetry: TelemetryConfig;
  readonly casino: CasinoConfig;
}

/** Plain data: it is handed to a thread. */
export interface NotificationsConfig {
  /** The channels: each is used when it is there. */
  readonly log: boolean;
  readonly webhook: WebhookConfig | undefined;
  readonly smtp: SmtpConfig | undefined;
  readonly failPrefix: string;
  readonly retries: number;
  readonly retryDelayMs: number;
}

export interface SubscribersConfig {
  readonly bufferBytes: number;
  /** Records. */
  readonly mostBehind: number;
  readonly reconnectSpreadMs: number;
}

export interface TelemetryConfig {
  readonly retentionDays: number;
}

export interface CasinoConfig {
  /** In years. */
  readonly adultAge: number;
  readonly sessionReminderMinutes: number;
  /** Undefined: headquarters are told by the log. */
  readonly headquarters: WebhookConfig | undefined;
}

export interface WebhookConfig {
  readonly url: string;
  readonly secret: string | undefined;
  readonly timeoutMs: number;
  readonly allowPrivate: boolean;
  /** The variable that says so, for the refusal. */
  readonly allowPrivateVariable: string;
}

export interface SmtpConfig {
  readonly url: string;
  readonly from: string;
}

export interface KafkaAddress {
  readonly brokers: readonly string[];
  readonly ssl: boolean;
  readonly caFile: string | undefined;
  readonly sasl:
    | {
        readonly mechanism: 'plain' | 'scram-sha-256' | 'scram-sha-512';
        readonly username: string;
        readonly password: string;
      }
    | undefined;
}

/** Thrown by {@link readConfig}; `problems` holds one line for each variable at fault. */
export class ConfigError extends Error {
  constructor(readonly problems: readonly string[]) {
    super(
      problems.length === 1
        ? `The configuration cannot be used: ${problems[0]}`
        : `The configuration cannot be used:\n${problems.map((line) => `  ${line}`).join('\n')}`,
    );
    this.name = 'ConfigError';
  }
}

/**
 * Reads the environment once; nobody else does.
 * @throws ConfigError with all problems together.
 */
export const readConfig = (
  environment: Readonly<Record<string, string | undefined>> = process.env,
): Config => {
  // A variable set to nothing, as in `REDIS_URL= npm start`, is the same as one not set.
  const given = Object.fromEntries(Object.entries(environment).filter(([, value]) => value !== ''));
  const parsed = z.object(variables).safeParse(given);
  const problems = parsed.success
    ? []
    : parsed.error.issues.map((issue) => `${issue.path[0]?.toString()}: ${issue.message}`);
  problems.push(...unknownVariables(given), ...channelProblems(given), ...privateTargets(given));
  const env = parsed.data;
  if (env?.KAFKA_SASL_MECHANISM && !(env.KAFKA_USERNAME && env.KAFKA_PASSWORD))
    problems.push('KAFKA_SASL_MECHANISM: needs KAFKA_USERNAME and KAFKA_PASSWORD');
  if (!env || problems.length > 0) throw new ConfigError(problems);
  return {
    port: env.PORT,
    host: env.HOST,
    profile: env.NODE_ENV,
    logLevel: env.LOG_LEVEL ?? (env.NODE_ENV === 'development' ? 'debug' : 'info'),
    roles: env.MILLRACE_ROLES,
    dataDir: resolve(env.MILLRACE_DATA_DIR),
    topicPrefix: env.TOPIC_PREFIX,
    cursorSecret: env.CURSOR_SECRET,
    kafka: env.KAFKA_BROKERS && {
      brokers: env.KAFKA_BROKERS,
      ssl: env.KAFKA_SSL,
      caFile: env.KAFKA_CA_FILE,
      sasl:
        env.KAFKA_SASL_MECHANISM && env.KAFKA_USERNAME && env.KAFKA_PASSWORD
          ? {
              mechanism: env.KAFKA_SASL_MECHANISM,
              username: env.KAFKA_USERNAME,
              password: env.KAFKA_PASSWORD,
            }
          : undefined,
    },
    databaseUrl: env.DATABASE_URL,
    redisUrl: env.REDIS_URL,
    notifications: notificationsOf(env),
    subscribers: {
      bufferBytes: env.SUBSCRIBER_BUFFER_BYTES,
      mostBehind: env.SUBSCRIBER_MOST_BEHIND,
      reconnectSpreadMs: env.RECONNECT_SPREAD_MS,
    },
    telemetry: { retentionDays: env.TELEMETRY_RETENTION_DAYS },
    casino: casinoOf(env),
  };
};

type Environment = z.output<z.ZodObject<typeof variables>>;

const notificationsOf = (env: Environment): NotificationsConfig => {
  const uses = (channel: (typeof channels)[number]): boolean => env.NOTIFICATION_CHANNELS.includes(channel);
  return {
    log: uses('log'),
    webhook:
      uses('webhook') && env.NOTIFICATION_WEBHOOK_URL
        ? {
            url: env.NOTIFICATION_WEBHOOK_URL,
            secret: env.NOTIFICATION_WEBHOOK_SECRET,
            timeoutMs: env.NOTIFICATION_WEBHOOK_TIMEOUT_MS,
            allowPrivate: env.NOTIFICATION_WEBHOOK_ALLOW_PRIVATE,
            allowPrivateVariable: 'NOTIFICATION_WEBHOOK_ALLOW_PRIVATE',
          }
        : undefined,
    smtp:
      uses('smtp') && env.NOTIFICATION_SMTP_URL && env.NOTIFICATION_SMTP_FROM
        ? { url: env.NOTIFICATION_SMTP_URL, from: env.NOTIFICATION_SMTP_FROM }
        : undefined,
    failPrefix: env.NOTIFICATION_FAIL_PREFIX,
    retries: env.NOTIFICATION_RETRIES,
    retryDelayMs: env.NOTIFICATION_RETRY_DELAY_MS,
  };
};

const headquartersTimeoutMs = 5_000;

const casinoOf = (env: Environment): CasinoConfig => ({
  adultAge: env.CASINO_ADULT_AGE,
  sessionReminderMinutes: env.CASINO_SESSION_REMINDER_MINUTES,
  headquarters: env.CASINO_HQ_WEBHOOK_URL
    ? {
        url: env.CASINO_HQ_WEBHOOK_URL,
        secret: env.CASINO_HQ_WEBHOOK_SECRET,
        timeoutMs: headquartersTimeoutMs,
        allowPrivate: env.CASINO_HQ_WEBHOOK_ALLOW_PRIVATE,
        allowPrivateVariable: 'CASINO_HQ_WEBHOOK_ALLOW_PRIVATE',
      }
    : undefined,
});

/** What the channels named miss or may not have. */
const channelProblems = (given: Readonly<Record<string, string | undefined>>): string[] => {
  const named = list.safeParse(given.NOTIFICATION_CHANNELS).data ?? [];
  const needs = {
    webhook: ['NOTIFICATION_WEBHOOK_URL'],
    smtp: ['NOTIFICATION_SMTP_URL', 'NOTIFICATION_SMTP_FROM'],
  };
  const problems = Object.entries(needs).flatMap(([channel, names]) =>
    names
      .filter((name) => named.includes(channel) && given[name] === undefined)
      .map((name) => `${name}: the ${channel} channel needs it`),
  );
  return problems;
};

/** Posts to where only this machine or its network listens are meant, or are an attack. */
const privateTargets = (given: Readonly<Record<string, string | undefined>>): string[] =>
  ['NOTIFICATION_WEBHOOK', 'CASINO_HQ_WEBHOOK'].flatMap((name) => {
    const target = given[`${name}_URL`];
    const isRefused =
      given[`${name}_ALLOW_PRIVATE`] !== 'true' &&
      target !== undefined &&
      URL.canParse(target) &&
      isPrivateHost(new URL(target).hostname);
    return isRefused
      ? [`${name}_URL: is a loopback or private address; to post there set ${name}_ALLOW_PRIVATE=true`]
      : [];
  });

const isPrivateHost = (host: string): boolean => isPrivateLiteral(host) || /(^|\.)localhost$/.test(host);

const unknownVariables = (given: object): string[] =>
  Object.keys(given)
    .filter((name) => name.startsWith('MILLRACE_') && !(name in variables))
    .map((name) => `${name}: there is no such variable`);
