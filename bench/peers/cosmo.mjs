import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ensureTopic } from '../support/activities.mjs';
import { freePort, root, startProcess } from '../support/process.mjs';

/*
 * A Cosmo router as a gateway over the same topic, by its event-driven subscriptions. Its binary is named by COSMO_ROUTER; README.md
 * says where it comes from. It talks to nothing but Kafka and its clients.
 */

const selection = '{ id userId action metadata occurredAt }';

const configOf = (port, brokers) => `\
version: '1'
listen_addr: 127.0.0.1:${port}
execution_config:
  file:
    path: ${join(root, 'bench/peers/cosmo/execution-config.json')}
graphql_metrics:
  enabled: false
telemetry:
  tracing:
    enabled: false
  metrics:
    otlp:
      enabled: false
    prometheus:
      enabled: false
engine:
  # Else the filter does not find its argument.
  disable_variables_remapping: true
events:
  skip_unavailable_providers: false
  providers:
    kafka:
      - id: bench
        brokers: [${brokers.map((broker) => `'${broker}'`).join(', ')}]
`;

export const cosmo = {
  name: 'Cosmo router',
  isRouter: true,
  document: ({ filtered }) =>
    filtered
      ? `subscription ($userId: ID!) { userActivitiesOf(userId: $userId) ${selection} }`
      : `subscription { userActivities ${selection} }`,
  start: async ({ brokers }) => {
    await ensureTopic(brokers);
    const port = await freePort();
    const dir = mkdtempSync(join(tmpdir(), 'millrace-bench-cosmo-'));
    const config = join(dir, 'config.yaml');
    writeFileSync(config, configOf(port, brokers));
    try {
      const child = await startProcess({
        name: 'the Cosmo router',
        command: process.env.COSMO_ROUTER,
        args: ['-config', config],
        env: process.env,
        isReady: (output) => output.includes('ready to serve requests'),
      });
      return { ...child, port, path: '/graphql' };
    } finally {
      rmSync(dir, { recursive: true, force: true });
    }
  },
};
