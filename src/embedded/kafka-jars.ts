import { spawn } from 'node:child_process';
import { accessSync, constants, existsSync, mkdirSync, readdirSync, renameSync, rmSync } from 'node:fs';
import { userInfo } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { hasCode } from '../errors.js';
import { diskFull, PrerequisiteError } from './prerequisite.js';
import { canRun } from './processes.js';

/** The one in `pom.xml`. */
export const kafkaVersion = '4.3.1';
const pom = fileURLToPath(new URL('./pom.xml', import.meta.url));
const downloadLimitMs = 20 * 60_000;
const otherwise = 'or set KAFKA_BROKERS to a running Kafka';

/**
 * The folder that holds Kafka's jars (44 MB), downloaded through Maven if it is not there yet. The folder has its
 * name only once it is whole, so that an interrupted download is never taken for one.
 * @throws PrerequisiteError
 */
export const kafkaJars = async (options: {
  cacheDir: string;
  progress: (line: string) => void;
  signal: AbortSignal;
}): Promise<string> => {
  const { cacheDir, progress, signal } = options;
  const jars = join(cacheDir, `kafka-${kafkaVersion}`);
  if (existsSync(jars)) return jars;
  if (!canRun('mvn', ['--version']))
    throw new PrerequisiteError(
      `Maven is missing, which downloads Apache Kafka ${kafkaVersion} once: install it so that \`mvn\` is on the PATH, ${otherwise}`,
    );
  mkdirSync(cacheDir, { recursive: true });
  const temporary = `${jars}.${process.pid}.part`;
  removeAbandoned(jars);
  try {
    await download({ temporary, cacheDir, progress, signal });
    rename(temporary, jars);
  } finally {
    rmSync(temporary, { recursive: true, force: true });
  }
  return jars;
};

const download = async (options: {
  temporary: string;
  cacheDir: string;
  progress: (line: string) => void;
  signal: AbortSignal;
}): Promise<void> => {
  const { temporary, cacheDir, progress, signal } = options;
  const title = `Downloading Apache Kafka ${kafkaVersion} through Maven (46 jars, 44 MB, once)`;
  const began = Date.now();
  let output = '';
  let files = 0;
  progress(`${title} …`);
  const ticker = setInterval(
    () => progress(`${title}: ${files} files, ${Math.round((Date.now() - began) / 1_000)} s …`),
    5_000,
  );
  try {
    const code = await new Promise<number | null>((done, fail) => {
      const maven = spawn('mvn', mavenArguments(temporary, cacheDir), {
        cwd: cacheDir,
        stdio: ['ignore', 'pipe', 'pipe'],
        signal,
        timeout: downloadLimitMs,
      });
      const read = (bytes: Buffer): void => {
        const text = bytes.toString();
        files += text.split('Downloaded from').length - 1;
        output = (output + text).slice(-50_000);
      };
      maven.stdout.on('data', read);
      maven.stderr.on('data', read);
      maven.once('error', fail);
      maven.once('close', done);
    });
    if (code !== 0) throw mavenFailure(output, cacheDir);
  } finally {
    clearInterval(ticker);
  }
  if (!readdirSync(temporary).some((name) => name === `kafka_2.13-${kafkaVersion}.jar`))
    throw mavenFailure(output, cacheDir);
};

const mavenArguments = (target: string, cacheDir: string): string[] => [
  '-B',
  '-f',
  pom,
  'dependency:copy-dependencies',
  `-DoutputDirectory=${target}`,
  '-DincludeScope=runtime',
  // A user without a home of their own, as `nobody` is, has no place for Maven's repository.
  ...(isWritable(userInfo().homedir) ? [] : [`-Dmaven.repo.local=${join(cacheDir, 'maven')}`]),
];

const mavenFailure = (output: string, cacheDir: string): PrerequisiteError => {
  if (/No space left on device|Disk quota exceeded/i.test(output)) return diskFull(cacheDir);
  const said = /\[(?:ERROR|FATAL)\] (.+)/.exec(output)?.[1] ?? output.trim().split('\n').at(-1) ?? '';
  const network =
    /Unknown host|UnknownHost|Connection refused|timed out|Network is unreachable|resolution/i.test(output);
  return new PrerequisiteError(
    `Maven could not download Apache Kafka ${kafkaVersion}: ${network ? 'check that this machine reaches Maven Central or a mirror named in Maven’s settings.xml, and start again' : 'start again once `mvn` works here'}, ${otherwise} (Maven said: ${said.slice(0, 300)})`,
  );
};

/** Who downloaded at the same time may have been faster; its folder is as good. */
const rename = (temporary: string, jars: string): void => {
  try {
    renameSync(temporary, jars);
  } catch (error) {
    if (!hasCode(error, 'ENOTEMPTY', 'EEXIST')) throw error;
  }
};

/** Parts of downloads whose process is gone. */
const removeAbandoned = (jars: string): void => {
  for (const name of readdirSync(dirname(jars))) {
    const pid = Number(/\.(\d+)\.part$/.exec(name)?.[1]);
    if (name.startsWith(`${basename(jars)}.`) && pid && !isAlive(pid))
      rmSync(join(dirname(jars), name), { recursive: true, force: true });
  }
};

const isAlive = (pid: number): boolean => {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return hasCode(error, 'EPERM');
  }
};

const isWritable = (dir: string): boolean => {
  try {
    accessSync(dir, constants.W_OK);
    return true;
  } catch {
    return false;
  }
};
