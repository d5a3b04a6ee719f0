#!/usr/bin/env node
/**
 * `npm test`: the checks, then Jest with real servers. `--full` runs the counts that are reduced otherwise, `--no-checks`
 * Jest alone. Other arguments go to Jest, so `npm test -- --no-checks orders` runs the tests of that name. The last line on standard output is `N passed, N failed`: each check is one test.
 */
import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const full = process.argv.includes('--full');
const withChecks = !process.argv.includes('--no-checks');
const jestArguments = process.argv
  .slice(2)
  .filter((argument) => !['--full', '--no-checks'].includes(argument));

/** How long Jest may take to exit once its results are written; what keeps it longer is a leak. */
const exitGraceMs = 15_000;

const bin = (name) => join(root, 'node_modules', '.bin', name);
const script = (name) => [process.execPath, join(root, 'scripts', name)];

/** Name, command. In the order in which a reader wants to hear of a failure. */
const checks = [
  ['types', bin('tsc'), '--noEmit', '-p', 'tsconfig.test.json'],
  ['types of the scripts', bin('tsc'), '-p', 'scripts/tsconfig.json'],
  ['lint', bin('oxlint'), '--type-aware', '--deny-warnings', '--format', 'unix'],
  ['format', bin('prettier'), '--check', '--log-level', 'warn', '.'],
  ['allowed imports', bin('depcruise'), 'src', '--config', '.dependency-cruiser.cjs', '--output-type', 'err'],
  ['SQL, environment and exit in their places', ...script('check-places.mjs')],
  ['dead exports', bin('knip'), '--no-progress'],
  ['generated code is fresh', 'npm', 'run', '--silent', 'codegen:check'],
  ['.env.example is fresh', ...script('check-env-example.mjs')],
];

const children = new Set();
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'])
  process.once(signal, () => {
    // Jest stops its servers on the signal; the rest just ends.
    for (const child of children) child.kill(signal);
    interrupted = true;
  });
let interrupted = false;

const environment = {
  ...process.env,
  CI: 'true',
  // A Kafka that lives for minutes is done before its code is optimised to the end.
  JAVA_TOOL_OPTIONS: `${process.env.JAVA_TOOL_OPTIONS ?? ''} -XX:TieredStopAtLevel=1`.trim(),
  ...(full ? { TEST_FULL: '1' } : {}),
};

/**
 * Runs to the end, never throws. `output` is what it wrote, unless it writes straight to the terminal.
 *
 * @param {readonly string[]} command
 * @param {{ inherit?: boolean, env?: NodeJS.ProcessEnv, onStart?: (child: import('node:child_process').ChildProcess) => void }} [options]
 * @returns {Promise<{ ok: boolean, output: string }>}
 */
const run = ([command, ...args], { inherit = false, env = environment, onStart } = {}) =>
  new Promise((resolve) => {
    const to = inherit ? 'inherit' : 'pipe';
    const child = spawn(command, args, { cwd: root, env, stdio: ['ignore', to, to] });
    children.add(child);
    let output = '';
    child.stdout?.on('data', (chunk) => (output += chunk));
    child.stderr?.on('data', (chunk) => (output += chunk));
    const end = (ok, text) => {
      children.delete(child);
      resolve({ ok, output: text });
    };
    child.once('error', (error) => end(false, `${command}: ${error.message}`));
    child.once('close', (code, signal) => end(code === 0, signal ? `${output}\nended by ${signal}` : output));
    onStart?.(child);
  });

/** Counts of one check. @param {readonly string[]} check */
const runCheck = async ([name, ...command]) => {
  const begun = performance.now();
  const { ok, output } = await run(command, { env: { ...environment, NO_COLOR: '1', FORCE_COLOR: '0' } });
  const seconds = ((performance.now() - begun) / 1000).toFixed(1);
  console.log(`${ok ? 'ok    ' : 'FAILED'} ${name} (${seconds} s)`);
  if (!ok) console.log(output.trimEnd().replace(/^/gm, '    '));
  return { passed: ok ? 1 : 0, failed: ok ? 0 : 1, skipped: 0 };
};

/**
 * Counts of one Jest run; one that ends without results, or badly although all passed, is one failure more.
 *
 * @param {readonly string[]} chosen arguments of Jest
 */
const runJest = async (chosen) => {
  const counts = await countsOfJest(chosen);
  if (counts.trouble) console.log(`FAILED ${counts.trouble}`);
  return counts;
};

/** @param {readonly string[]} chosen */
const countsOfJest = async (chosen) => {
  const scratch = mkdtempSync(join(tmpdir(), 'millrace-jest-'));
  const resultFile = join(scratch, 'results.json');
  const readResults = () => {
    try {
      return JSON.parse(readFileSync(resultFile, 'utf8'));
    } catch {
      return undefined;
    }
  };
  const runDir = join(scratch, 'run');
  let watch;
  let hung = false;
  const command = [process.execPath, bin('jest'), '--json', `--outputFile=${resultFile}`, ...chosen];
  const nodeOptions = `${process.env.NODE_OPTIONS ?? ''} --experimental-vm-modules --disable-warning=ExperimentalWarning`;
  const { ok } = await run(command, {
    inherit: true,
    env: { ...environment, NODE_OPTIONS: nodeOptions.trim(), TEST_RUN_DIR: runDir },
    onStart: (child) => {
      let endedAt;
      watch = setInterval(() => {
        if (endedAt === undefined && readResults()) endedAt = Date.now();
        if (endedAt === undefined || Date.now() - endedAt < exitGraceMs) return;
        hung = true;
        child.kill('SIGKILL');
      }, 500);
    },
  });
  clearInterval(watch);
  const results = readResults();
  if (existsSync(runDir)) {
    const { clearRunDir } = await import('../test/support/left-processes.mjs');
    await clearRunDir(runDir).catch((error) => console.log(`Servers may be left in ${runDir}: ${error}`));
  }
  rmSync(scratch, { recursive: true, force: true });
  if (!results) return { passed: 0, failed: 1, skipped: 0, trouble: 'Jest ended without results.' };
  const counts = {
    passed: results.numPassedTests,
    failed: results.numFailedTests + results.numRuntimeErrorTestSuites,
    skipped: results.numPendingTests + results.numTodoTests,
  };
  if (hung)
    return {
      ...counts,
      failed: counts.failed + 1,
      trouble: 'Jest did not exit: a test left something open.',
    };
  if (!ok && counts.failed === 0)
    return { ...counts, failed: 1, trouble: 'Jest failed outside of its tests.' };
  if (counts.passed + counts.failed === 0) return { ...counts, failed: 1, trouble: 'No test ran.' };
  return counts;
};

const summary = ({ passed, failed, skipped }) =>
  `${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ''}`;

const main = async () => {
  const { ensureInstalled, ensureBuilt } = await import('./bootstrap.mjs');
  await ensureInstalled();
  await ensureBuilt();
  rmSync(join(root, 'test-results', 'logs'), { recursive: true, force: true });

  if (!withChecks) return runJest(jestArguments);
  const ownChecks = checks.map((check) => () => runCheck(check));
  if (jestArguments.length > 0) return sum(await inLanes(1, [...ownChecks, () => runJest(jestArguments)]));
  const [first, ...others] = parts.map((part) => () => runJest(['--selectProjects', 'servers', ...part]));
  const unit = () => runJest(['--selectProjects', 'unit']);
  // What measures under load wants to be alone.
  return sum(await inLanes(full ? 1 : 2, [first, ...ownChecks, unit, ...others]));
};

/** What takes minutes: for `--full`. */
const long =
  'test/(live/(as-of|cursors|deploys|latest|slow-clients)|topics/grow-faults|crash/unreadable|notifications/slow)';

/** Tests with servers wait more than they work, so other work is done beside them. Each part has servers of its own. */
const shards = 4;
const parts = Array.from({ length: shards }, (_, at) => [
  `--shard=${at + 1}/${shards}`,
  ...(full ? [] : ['--testPathIgnorePatterns', long]),
]);

/**
 * Does the jobs in their order, so many at a time.
 *
 * @template T
 * @param {number} lanes
 * @param {readonly (() => Promise<T>)[]} jobs
 * @returns {Promise<readonly T[]>}
 */
const inLanes = async (lanes, jobs) => {
  const waiting = [...jobs];
  const results = [];
  const work = async () => {
    for (let job = waiting.shift(); job && !interrupted; job = waiting.shift()) results.push(await job());
  };
  await Promise.all(Array.from({ length: lanes }, work));
  return results;
};

/** @param {readonly { passed: number, failed: number, skipped: number }[]} all */
const sum = (all) => ({
  passed: all.reduce((total, { passed }) => total + passed, 0),
  failed: all.reduce((total, { failed }) => total + failed, interrupted ? 1 : 0),
  skipped: all.reduce((total, { skipped }) => total + skipped, 0),
});

let told = false;
// Bootstrap ends the process itself when it cannot go on.
process.on('exit', () => told || console.log(summary({ passed: 0, failed: 1, skipped: 0 })));

const counts = await main().catch((error) => {
  console.log(`FAILED before the tests: ${error instanceof Error ? error.message : error}`);
  return { passed: 0, failed: 1, skipped: 0 };
});
console.log(summary(counts));
told = true;
process.exitCode = counts.failed > 0 || counts.passed === 0 ? 1 : 0;
