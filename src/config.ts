import { resolve } from 'node:path';
import { z } from 'zod';

export const roles = ['gateway', 'relay', 'streams', 'consumers'] as const;
export type Role = (typeof roles)[number];

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
  problems.push(...unknownVariables(given));
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
  };
};

const unknownVariables = (given: object): string[] =>
  Object.keys(given)
    .filter((name) => name.startsWith('MILLRACE_') && !(name in variables))
    .map((name) => `${name}: there is no such variable`);
