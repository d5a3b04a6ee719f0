import { ensureTopic, topic } from '../support/activities.mjs';
import { startMillrace } from '../support/millrace.mjs';
import { freePort, startProcess, withProbe } from '../support/process.mjs';
import { cosmo } from '../peers/cosmo.mjs';

/**
 * What is measured. `start(servers)` answers pid, port, path, `memory` (of Node processes) and `stop`. `subscription(argument)` is the
 * document; its argument is a filter by user, if any.
 */
const activity = 'activity { id userId action metadata occurredAt }';

const documentOf = (selection) => (given) => {
  const filter = given.filtered ? { declared: '($userId: ID)', used: 'userId: $userId' } : {};
  const beat = given.heartbeat ? `heartbeat: ${given.heartbeat}` : undefined;
  const used = [filter.used, beat].filter(Boolean).join(', ');
  return `subscription ${filter.declared ?? ''} { userActivities${used && `(${used})`} { ${selection} } }`;
};

/** Only the gateway: streams that store the activities would cost CPU of the same process. */
const millrace = {
  name: 'Millrace',
  document: documentOf(activity),
  start: async ({ env }) => {
    const running = await startMillrace({ ...env, MILLRACE_ROLES: 'gateway' });
    return { ...running, path: '/graphql' };
  },
};

const usualWay = (name, channels) => ({
  name,
  isUsual: true,
  document: documentOf(activity),
  start: async ({ env, brokers }) => {
    await ensureTopic(brokers);
    const port = await freePort();
    const child = await startProcess({
      name,
      command: process.execPath,
      args: ['bench/peers/usual.mjs'],
      env: withProbe({ ...env, PORT: String(port), TOPIC: topic, PEER_CHANNELS: channels }),
      isReady: (output) => output.includes('ready'),
    });
    return { ...child, port, path: '/graphql' };
  },
});

const usual = usualWay('the usual way', 'one');
/** Only where there is something to filter. */
const usualByUser = { ...usualWay('the usual way, a channel per user', 'user'), onlyFiltered: true };

export const systems = [millrace, usual, usualByUser, ...(process.env.COSMO_ROUTER ? [cosmo] : [])];
