import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { PrerequisiteError } from './prerequisite.js';

const oldest = 17;
const otherwise = `install Java ${oldest} or newer so that \`java\` is on the PATH, or set KAFKA_BROKERS to a running Kafka`;

/** @throws PrerequisiteError unless `java` is on the PATH and new enough for Kafka. */
export const requireJava = async (): Promise<void> => {
  const version = await javaVersion();
  if (version === undefined)
    throw new PrerequisiteError(`Java is missing, which Apache Kafka runs on: ${otherwise}`);
  if (version < oldest)
    throw new PrerequisiteError(`Java ${version} is too old for Apache Kafka: ${otherwise}`);
};

const javaVersion = async (): Promise<number | undefined> => {
  try {
    const { stdout, stderr } = await promisify(execFile)('java', ['-version']);
    // `openjdk version "17.0.15" 2025-04-15`; Java 8 calls itself 1.8.
    const [, major, minor] = /version "(\d+)(?:\.(\d+))?/.exec(stderr + stdout) ?? [];
    return Number(major === '1' ? minor : major) || undefined;
  } catch {
    return undefined;
  }
};
