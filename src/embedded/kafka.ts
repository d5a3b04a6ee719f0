import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { promisify } from 'node:util';
import { requireJava } from './java.js';
import { kafkaJars } from './kafka-jars.js';
import { ask } from './ports.js';
import { PrerequisiteError } from './prerequisite.js';
import { bringUp, makeWhole, type RunningServer } from './server.js';

/**
 * One Kafka node, broker and controller in one, with its data in `dir`. `ports[0]` is the broker's.
 * @throws PrerequisiteError
 */
export const startKafka = async (options: {
  dir: string;
  cacheDir: string;
  progress: (line: string) => void;
  signal: AbortSignal;
  /**
   * How long the broker may not be heard of before its controller takes its partitions from it: on a machine that is too busy, and
   * after a kill, when the next start waits for it. Default 2 s.
   */
  sessionMs?: number | undefined;
}): Promise<RunningServer> => {
  const { dir, progress, signal, sessionMs = 2_000 } = options;
  await requireJava();
  const jars = await kafkaJars(options);
  mkdirSync(dir, { recursive: true });
  if (!existsSync(join(dir, 'data'))) progress('Preparing the data directory of Kafka …');
  await makeWhole(join(dir, 'data'), (temporary) => format({ dir, jars, data: basename(temporary), signal }));
  return bringUp(
    {
      name: 'Kafka',
      variable: 'KAFKA_BROKERS',
      dir,
      comm: 'java',
      portCount: 2,
      bootMs: 60_000,
      stopSignals: [{ signal: 'SIGTERM', graceMs: 6_500 }],
      logs: { output: 'output.log', others: ['kafka.log'] },
      command: (ports) => ({
        program: 'java',
        args: [...javaArguments(jars), 'kafka.Kafka', 'server.properties'],
        files: {
          'server.properties': serverProperties('data', ports, sessionMs),
          'log4j2.properties': logProperties,
        },
      }),
      answers: ([port]) => hasBroker(port ?? 0),
    },
    signal,
  );
};

const javaArguments = (jars: string): string[] => [
  '-Xmx512m',
  '-XX:+UseG1GC',
  '-XX:MaxGCPauseMillis=20',
  '-XX:+ExitOnOutOfMemoryError',
  '-Djava.awt.headless=true',
  '-Dlog4j2.configurationFile=log4j2.properties',
  '-cp',
  join(jars, '*'),
];

const format = async (options: {
  dir: string;
  jars: string;
  data: string;
  signal: AbortSignal;
}): Promise<void> => {
  const { dir, jars, data, signal } = options;
  // 16 bytes in URL-safe base64; the tool would take a leading dash for an option.
  const clusterId = randomBytes(16).toString('base64url').replace(/^-/, 'A');
  writeFileSync(join(dir, 'format.properties'), serverProperties(data, [9092, 9093], 2_000));
  writeFileSync(join(dir, 'log4j2.properties'), logProperties);
  try {
    const args = ['kafka.tools.StorageTool', 'format', '-t', clusterId, '-c', 'format.properties'];
    await promisify(execFile)('java', [...javaArguments(jars), ...args], { cwd: dir, signal });
  } catch (error) {
    signal.throwIfAborted();
    throw new PrerequisiteError(
      `Kafka's data directory ${join(dir, 'data')} could not be prepared: ${error instanceof Error ? error.message.split('\n').slice(1).join(' ').slice(0, 400) : ''}, or set KAFKA_BROKERS to a running Kafka`,
      { cause: error },
    );
  }
};

// Paths are relative to the working directory, so that no character of the path needs an escape.
const serverProperties = (
  data: string,
  [broker = 0, controller = 0]: readonly number[],
  sessionMs: number,
): string => `\
process.roles=broker,controller
node.id=1
controller.quorum.voters=1@127.0.0.1:${controller}
controller.listener.names=CONTROLLER
listeners=PLAINTEXT://127.0.0.1:${broker},CONTROLLER://127.0.0.1:${controller}
advertised.listeners=PLAINTEXT://127.0.0.1:${broker}
log.dirs=${data}
auto.create.topics.enable=false
# A record's time is that of its publishing.
log.message.timestamp.type=LogAppendTime
group.initial.rebalance.delay.ms=0
offsets.topic.num.partitions=4
offsets.topic.replication.factor=1
transaction.state.log.num.partitions=4
transaction.state.log.replication.factor=1
transaction.state.log.min.isr=1
share.coordinator.state.topic.num.partitions=1
share.coordinator.state.topic.replication.factor=1
share.coordinator.state.topic.min.isr=1
num.network.threads=2
num.io.threads=4
num.recovery.threads.per.data.dir=2
# After a kill the controller refuses the broker until the dead one's session ends: 9 s by default.
broker.heartbeat.interval.ms=500
broker.session.timeout.ms=${sessionMs}
`;

const logProperties = `\
rootLogger.level=WARN
rootLogger.appenderRef.file.ref=file
appender.file.type=RollingFile
appender.file.name=file
appender.file.fileName=kafka.log
appender.file.filePattern=kafka.log.%i
appender.file.layout.type=PatternLayout
appender.file.layout.pattern=%d{ISO8601} %p %c{1}: %m%n
appender.file.policies.type=Policies
appender.file.policies.size.type=SizeBasedTriggeringPolicy
appender.file.policies.size.size=5MB
appender.file.strategy.type=DefaultRolloverStrategy
appender.file.strategy.max=2
`;

// Metadata request, version 1, for no topic: length, api key 3, version 1, correlation id 1, no client id, 0 topics.
const metadataRequest = Buffer.from([0, 0, 0, 14, 0, 3, 0, 1, 0, 0, 0, 1, 0xff, 0xff, 0, 0, 0, 0]);

/** The port opens before the broker may be used; it may once the cluster's metadata names it. */
const hasBroker = async (port: number): Promise<boolean> => {
  const answer = await ask(
    port,
    metadataRequest,
    (bytes) => bytes.length >= 4 && bytes.length >= 4 + bytes.readInt32BE(0),
  );
  return answer !== undefined && answer.length >= 12 && answer.readInt32BE(8) > 0;
};
