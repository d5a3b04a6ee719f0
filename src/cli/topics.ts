import { text as readAll } from 'node:stream/consumers';
import { MillraceError, type Topic, type TopicDetails } from 'millrace-sdk';
import { withMillrace, type CommonOptions } from './connect.js';
import { CommandError, exitCodes } from './failure.js';
import { placeOf, shown } from './messages.js';
import {
  groupDigits,
  printable,
  printJson,
  printLine,
  renderTable,
  untilInterrupted,
  type Terminal,
} from './terminal.js';

/** `millrace topics list`. */
export const listTopics = async (terminal: Terminal, options: CommonOptions): Promise<number> => {
  const topics = await withMillrace(options, (millrace) => millrace.topics());
  if (options.json === true) printJson(terminal, topics);
  else {
    const head = ['Topic', 'Partitions', 'Messages', 'Bytes', 'A second'];
    printLine(terminal.out, renderTable([head, ...topics.map(rowOf)]));
  }
  return exitCodes.ok;
};

/** `millrace topics describe NAME`. */
export const describeTopic = async (
  terminal: Terminal,
  name: string,
  options: CommonOptions,
): Promise<number> => {
  const topic = await withMillrace(options, (millrace) => millrace.topic({ name }));
  if (topic === null) throw new CommandError(exitCodes.failed, `There is no topic ${printable(name)}.`);
  if (options.json === true) printJson(terminal, topic);
  else printLine(terminal.out, detailsOf(topic).join('\n'));
  return exitCodes.ok;
};

export interface CreateTopicOptions extends CommonOptions {
  readonly partitions: number;
  /** `name=value` each. */
  readonly config?: readonly string[];
}

/** `millrace topics create NAME`. */
export const createTopic = async (
  terminal: Terminal,
  name: string,
  { partitions, config, ...options }: CreateTopicOptions,
): Promise<number> => {
  const settings = config && pairsOf('--config', config);
  const topic = await withMillrace(options, (millrace) =>
    millrace.createTopic({ name, partitions, config: settings }),
  );
  if (options.json === true) printJson(terminal, topic);
  else
    printLine(terminal.out, `${topic.name} is there, with ${counted(topic.partitions.length, 'partition')}.`);
  return exitCodes.ok;
};

/** `millrace topics delete NAME`. Answers the exit code: 1 when there was none. */
export const deleteTopic = async (
  terminal: Terminal,
  name: string,
  options: CommonOptions,
): Promise<number> => {
  const deleted = await withMillrace(options, (millrace) => millrace.deleteTopic({ name }));
  if (options.json === true) printJson(terminal, { deleted });
  else if (deleted) printLine(terminal.out, `${printable(name)} is deleted.`);
  if (deleted) return exitCodes.ok;
  printLine(terminal.err, `There is no topic ${printable(name)}.`);
  return exitCodes.failed;
};

export interface TailOptions extends CommonOptions {
  readonly key?: string;
  readonly text?: string;
  readonly after?: string;
  readonly fromStart?: boolean;
}

/** `millrace topics tail NAME`: each message until Ctrl-C, and then where to go on; as JSON one document a line. */
export const tailTopic = async (
  terminal: Terminal,
  topic: string,
  { key, text, after, fromStart, ...options }: TailOptions,
): Promise<number> => {
  let cursor = after;
  await withMillrace(options, async (millrace) => {
    // Asked first: it tells at once that nothing answers, where the subscription would wait for it.
    await millrace.topic({ name: topic });
    await untilInterrupted(async (signal) => {
      const onProgress = (progress: { cursor: string }): void => void (cursor = progress.cursor);
      const asked = { topic, key, text, after, fromStart };
      for await (const message of millrace.watchMessages(asked, { signal, onProgress })) {
        if (options.json === true) printJson(terminal, message);
        else {
          const { timestamp, key: own, value, encoding } = message;
          const bytes = [own, value].map((field) => shown(field, encoding)).join('  ');
          printLine(terminal.out, `${timestamp}  ${printable(placeOf(message))}  ${bytes}`);
        }
        cursor = message.cursor ?? cursor;
      }
      if (!signal.aborted) throw new MillraceError('NETWORK', 'The stream of messages ended.');
    });
  });
  if (cursor !== undefined) printLine(terminal.err, `To go on from here: --after ${cursor}`);
  return exitCodes.ok;
};

export interface ProduceOptions extends CommonOptions {
  readonly key?: string;
  /** `name=value` each. */
  readonly header?: readonly string[];
}

/** `millrace topics produce NAME [VALUE]`; without a value it is read from standard input. */
export const produceMessage = async (
  terminal: Terminal,
  topic: string,
  given: string | undefined,
  { key, header, ...options }: ProduceOptions,
): Promise<number> => {
  const headers = header && pairsOf('--header', header);
  const value = given ?? (await readAll(terminal.in ?? process.stdin));
  const produced = await withMillrace(options, (millrace) =>
    millrace.produceMessage({ topic, key, value, headers }),
  );
  if (options.json === true) printJson(terminal, produced);
  else printLine(terminal.out, placeOf(produced));
  return exitCodes.ok;
};

/** `millrace groups`. */
export const listGroups = async (terminal: Terminal, options: CommonOptions): Promise<number> => {
  const groups = await withMillrace(options, (millrace) => millrace.consumerGroups());
  if (options.json === true) {
    printJson(terminal, groups);
    return exitCodes.ok;
  }
  const rows = groups.map(({ id, state, members, lag, lagSeconds, ratePerSecond }) => [
    printable(id),
    state,
    members.toString(),
    groupDigits(lag.toString()),
    orNone(lagSeconds),
    orNone(ratePerSecond),
  ]);
  printLine(
    terminal.out,
    renderTable([['Group', 'State', 'Members', 'Lag', 'Seconds behind', 'A second'], ...rows]),
  );
  return exitCodes.ok;
};

const orNone = (number: number | null): string => (number === null ? '-' : groupDigits(number.toString()));

const counted = (count: number, what: string): string => `${count} ${what}${count === 1 ? '' : 's'}`;

const rowOf = ({ name, partitions, messages, sizeBytes, ratePerSecond }: Topic): string[] => [
  printable(name),
  partitions.length.toString(),
  groupDigits(messages.toString()),
  orNone(sizeBytes),
  orNone(ratePerSecond),
];

const detailsOf = (topic: TopicDetails): string[] => {
  const { name, messages, sizeBytes, ratePerSecond, partitions, config } = topic;
  const rows = partitions.map(({ id, earliest, latest, leader, replicas, inSync }) => [
    id.toString(),
    earliest,
    latest,
    leader?.toString() ?? 'none',
    replicas.join(','),
    inSync.join(','),
  ]);
  return [
    `${printable(name)}: ${groupDigits(messages.toString())} messages, ${orNone(sizeBytes)} bytes, ${orNone(ratePerSecond)} a second`,
    renderTable([['Partition', 'Earliest', 'Latest', 'Leader', 'Replicas', 'In sync'], ...rows]),
    'Config:',
    ...Object.entries(config ?? {}).map(
      ([setting, value]) => `  ${printable(`${setting}=${String(value)}`)}`,
    ),
  ];
};

const pairsOf = (option: string, texts: readonly string[]): Record<string, string> =>
  Object.fromEntries(
    texts.map((text) => {
      const at = text.indexOf('=');
      if (at < 1) throw new CommandError(exitCodes.usage, `millrace topics: ${option} must be name=value.`);
      return [text.slice(0, at), text.slice(at + 1)];
    }),
  );
