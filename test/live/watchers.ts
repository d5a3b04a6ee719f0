import { setTimeout as sleep } from 'node:timers/promises';
import { between, type Random } from '../crash/random.js';
import { closeAtEnd } from '../support/cleanup.js';
import { openStream, type Ending, type Result, type Stream, type Transport } from './streams.js';

/** A subscriber to events that comes back with its last cursor whenever its connection ends, as a client should. */
export interface Watcher {
  readonly name: string;
  /** Ids of the events that came, over all connections. */
  readonly seen: readonly string[];
  /** Something came over the connection that is open now. */
  readonly isLive: boolean;
  readonly connections: number;
  /** From the end of a connection to the first that came over the next one. */
  readonly gapsMs: readonly number[];
  /** How its connections ended, each with the time. */
  readonly endings: readonly { readonly how: string; readonly at: number }[];
  /** What no client need bear: an end that is no end of a connection, silence in spite of heartbeats. */
  readonly complaints: readonly string[];
  /** When it was last told that it had all that there is. */
  readonly upToDateAt: number;
  /** Destroys its connection, if there is one. */
  cut(): void;
  /** Stops reading from its connection, and goes on. */
  stall(): void;
  read(): void;
  stop(): void;
}

export interface WatcherOptions {
  readonly name: string;
  /** This and the next are asked for each connection. */
  readonly url: () => string;
  readonly transport: () => Transport;
  readonly query: string;
  readonly variables: Readonly<Record<string, unknown>>;
  readonly random: Random;
  /** Most ms before it comes back. */
  readonly mostPauseMs: number;
  readonly onEvent?: (id: string) => void;
  /** Codes of errors that may end a subscription and are no reason for complaint. */
  readonly passing?: readonly string[];
}

const heartbeat = 2;
const silenceMs = 60_000;

export const startWatcher = (options: WatcherOptions): Watcher => {
  const { name, url, query, variables, random, mostPauseMs, onEvent } = options;
  const passing = options.passing ?? ['UNAVAILABLE'];
  const seen: string[] = [];
  const gapsMs: number[] = [];
  const endings: { how: string; at: number }[] = [];
  const complaints: string[] = [];
  let after: string | undefined;
  let lastTransport: Transport | undefined;
  let stream: Stream | undefined;
  let isLive = false;
  let isStopped = false;
  let connections = 0;
  const begun = performance.now();
  let endedAt = begun;
  let upToDateAt = 0;
  let silence: NodeJS.Timeout | undefined;

  const listen = (): void => {
    clearTimeout(silence);
    silence = setTimeout(() => {
      const since = isLive ? 'went on' : 'began';
      complaints.push(
        `${lastTransport} ${since}, and nothing came for ${silenceMs} ms, not even a heartbeat`,
      );
      stream?.cut();
    }, silenceMs);
  };

  const take = ({ data, errors, extensions }: Result, id: string | undefined): void => {
    if (!isLive && connections > 0) gapsMs.push(performance.now() - endedAt);
    if (!isLive) connections += 1;
    isLive = true;
    listen();
    if (errors) return void complaints.push(`errors in an event: ${JSON.stringify(errors)}`);
    const event = readEvent(data);
    if (event) {
      seen.push(intern(event.id));
      onEvent?.(event.id);
    } else if (extensions?.upToDate === true) upToDateAt = performance.now();
    const cursor = event?.cursor ?? extensions?.cursor;
    if (typeof cursor !== 'string') complaints.push(`no cursor in ${JSON.stringify({ data, extensions })}`);
    else if (id !== undefined && id !== cursor) complaints.push(`the id ${id} beside the cursor ${cursor}`);
    else after = cursor;
  };

  const end = async (ending: Ending): Promise<void> => {
    const how = describe(ending);
    endings.push({ how, at: performance.now() });
    leave();
    if (isStopped) return;
    if (ending.kind === 'complete') complaints.push('it was completed');
    if (ending.kind === 'error') {
      if (!passing.includes(how)) complaints.push(JSON.stringify(ending.errors));
      const resumeFrom = ending.errors[0]?.extensions.cursor;
      if (typeof resumeFrom === 'string') after = resumeFrom;
    }
    await sleep(between(random, 1, mostPauseMs));
    if (!isStopped) open();
  };

  /** What still comes over the connection is not looked at. */
  const leave = (): void => {
    clearTimeout(silence);
    if (isLive) endedAt = performance.now();
    isLive = false;
    stream?.cut();
    stream = undefined;
  };

  const open = (): void => {
    const transport = options.transport();
    // An EventSource comes back with the header; who comes from elsewhere has the argument only.
    const comesBack = transport === 'sse' && lastTransport === 'sse' && after !== undefined;
    lastTransport = transport;
    listen();
    const mine = openStream({
      url: url(),
      transport,
      query,
      variables: { ...variables, heartbeat, ...(!comesBack && { after }) },
      lastEventId: comesBack ? after : undefined,
      onNext: (result, id) => mine === stream && take(result, id),
      onEnd: (ending) => void end(ending),
    });
    stream = mine;
  };

  const stop = (): void => {
    isStopped = true;
    leave();
  };
  closeAtEnd(stop);
  open();

  return {
    name,
    seen,
    gapsMs,
    endings,
    complaints,
    get isLive() {
      return isLive;
    },
    get connections() {
      return connections;
    },
    get upToDateAt() {
      return upToDateAt;
    },
    cut: leave,
    stall: () => {
      clearTimeout(silence);
      stream?.pause();
    },
    read: () => {
      listen();
      stream?.resume();
    },
    stop,
  };
};

const describe = (ending: Ending): string => {
  if (ending.kind === 'error') return String(ending.errors[0]?.extensions.code);
  return ending.kind === 'closed' ? `closed ${ending.code ?? ''}`.trimEnd() : 'complete';
};

interface EventAnswer {
  readonly id?: string;
  readonly cursor?: string;
  readonly activity?: { readonly id: string };
}

/** Of the only root field; undefined for a heartbeat. */
export const readEvent = (data: Result['data']): { id: string; cursor: string | undefined } | undefined => {
  const event = Object.values(data ?? {})[0] as EventAnswer | null | undefined;
  const id = event?.id ?? event?.activity?.id;
  return id === undefined ? undefined : { id, cursor: event?.cursor };
};

const known = new Map<string, string>();

/** One string for all who saw the event. */
const intern = (id: string): string => {
  const same = known.get(id);
  if (same !== undefined) return same;
  known.set(id, id);
  return id;
};
