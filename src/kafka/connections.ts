import type { ClusterType } from './client.js';

/**
 * One set of connections, shared until a failure: then the next user gets a fresh one, with fresh metadata, and the old one is
 * closed when its last user has settled. So no stuck connection or old leader is inherited, and none is cut under another user.
 */
export interface Connections {
  /** @throws also when they were stopped */
  use<T>(work: (cluster: ClusterType) => Promise<T>): Promise<T>;
  stop(): Promise<void>;
}

interface Lease {
  readonly cluster: ClusterType;
  readonly connected: Promise<void>;
  users: number;
}

/** Connects at first use. */
export const createConnections = (createCluster: () => ClusterType): Connections => {
  let current: Lease | undefined;
  let isStopped = false;

  const open = (): Lease => {
    const cluster = createCluster();
    return { cluster, connected: cluster.connect(), users: 0 };
  };

  const closeIfUnused = async (lease: Lease): Promise<void> => {
    if (lease !== current && lease.users === 0) await lease.cluster.disconnect().catch(() => {});
  };

  return {
    use: async (work) => {
      if (isStopped) throw new Error('the connections to Kafka are stopped');
      const lease = (current ??= open());
      lease.users += 1;
      try {
        await lease.connected;
        return await work(lease.cluster);
      } catch (error) {
        if (current === lease) current = undefined;
        throw error;
      } finally {
        lease.users -= 1;
        await closeIfUnused(lease);
      }
    },
    stop: async () => {
      isStopped = true;
      const last = current;
      current = undefined;
      if (last) await closeIfUnused(last);
    },
  };
};
