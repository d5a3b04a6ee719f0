/**
 * Two projects by file name: `*.servers.test.ts` get a real Kafka, Postgres and Redis (started once, for the whole run),
 * every other `*.test.ts` gets none, so that it starts at once.
 */
const shared = {
  testEnvironment: '<rootDir>/test/support/leak-checked-environment.mjs',
  resolver: '<rootDir>/test/support/resolver.cjs',
  extensionsToTreatAsEsm: ['.ts'],
  transform: {
    '\\.ts$': [
      '@swc/jest',
      {
        jsc: { target: 'es2023', parser: { syntax: 'typescript' } },
        module: { type: 'es6' },
        sourceMaps: 'inline',
      },
    ],
  },
};

export default {
  // In one process, one file after the other: what a file leaves open is then seen, and two cores are left to the servers.
  maxWorkers: 1,
  testTimeout: 120_000,
  projects: [
    {
      ...shared,
      displayName: 'unit',
      testMatch: ['<rootDir>/test/**/*.test.ts', '<rootDir>/sdk/test/**/*.test.ts'],
      testPathIgnorePatterns: ['\\.servers\\.test\\.ts$'],
    },
    {
      ...shared,
      displayName: 'servers',
      testMatch: ['<rootDir>/test/**/*.servers.test.ts'],
      globalSetup: '<rootDir>/test/support/start-servers.mjs',
      globalTeardown: '<rootDir>/test/support/stop-servers.mjs',
    },
  ],
};
