// What `npm start`, `npm test` and `millrace` do before anything else: dependencies and build, each only when it is not
// up to date. Node's own modules only, as nothing may be installed yet. Several may run at once: one works, others wait.

import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';

export const root = fileURLToPath(new URL('..', import.meta.url)).replace(/[\\/]$/, '');
const at = (...parts) => join(root, ...parts);
const cache = at('.cache');
/** An older lock is that of a dead process, whose pid another program has by now. */
const longestWorkMs = 30 * 60_000;

const say = (line) => process.stderr.write(`${line}\n`);

/** Ends the process with one line. */
const give = (line) => {
  say(`millrace: ${line}`);
  process.exit(1);
};

const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
if (major < 20 || (major === 20 && minor < 19))
  give(`Node ${process.versions.node} is too old: install Node 20.19 or newer`);

/**
 * Makes `node_modules` what `package-lock.json` says. Ends the process when that fails. Not by `npm ci`: that refuses a
 * lockfile without the optional packages of other platforms, and a registry need not have them all.
 */
export const ensureInstalled = async () => {
  const wanted = hashFiles([at('package-lock.json')]);
  const stamp = at('node_modules', '.millrace-installed');
  if (readText(stamp) === wanted) return;
  await alone(async () => {
    if (readText(stamp) === wanted) return;
    if (!isInstalled()) {
      await runStep({
        title: 'Installing dependencies (npm install, once)',
        ...npm('install', '--no-save', '--ignore-scripts', '--include=dev', '--no-audit', '--no-fund'),
        log: join(cache, 'npm-install.log'),
        advice: 'check the network and that this directory can be written, and start again',
      });
    }
    writeFileSync(stamp, wanted);
  });
};

/**
 * Compiles the SDK and Millrace when a source has changed since the last build. Ends the process when that fails.
 * @param {{ typeCheck?: boolean, force?: boolean }} options without `typeCheck` only syntax is checked, which is faster
 */
export const ensureBuilt = async ({ typeCheck = false, force = false } = {}) => {
  const stamp = at('dist', '.millrace-built');
  const upToDate = () => readText(stamp) === sourceHash() && existsSync(at('sdk', 'dist'));
  if (!force && upToDate()) return;
  await alone(async () => {
    if (!force && upToDate()) return;
    // Taken before the build: what changes meanwhile is built next time.
    const wanted = sourceHash();
    await compile({ title: 'Building the SDK', project: at('sdk'), typeCheck });
    await compile({
      title: 'Building Millrace',
      project: root,
      typeCheck,
      complete: (dist) => {
        copyOthers(at('src'), dist);
        writeFileSync(join(dist, '.millrace-built'), wanted);
      },
    });
  });
};

/**
 * Compiles into a new folder that then takes the place of `dist`: nobody ever runs half a build or a file whose source is gone.
 * @param {{ title: string, project: string, typeCheck: boolean, complete?: (dist: string) => void }} options `complete` adds to
 *   the new folder before it takes its place
 */
const compile = async ({ title, project, typeCheck, complete }) => {
  const dist = join(project, 'dist');
  const fresh = `${dist}.new`;
  rmSync(fresh, { recursive: true, force: true });
  await runStep({
    title,
    command: process.execPath,
    args: [
      at('node_modules', 'typescript', 'bin', 'tsc'),
      ...['-p', project, '--outDir', fresh, '--noEmitOnError'],
      ...(typeCheck ? [] : ['--noCheck']),
    ],
    log: join(cache, 'build.log'),
    advice: 'correct what the compiler says',
  });
  complete?.(fresh);
  rmSync(`${dist}.old`, { recursive: true, force: true });
  if (existsSync(dist)) renameSync(dist, `${dist}.old`);
  renameSync(fresh, dist);
  rmSync(`${dist}.old`, { recursive: true, force: true });
};

/** Migrations, Kafka's pom.xml and the like lie beside the compiled files as they do beside the sources. */
const copyOthers = (from, to) => {
  for (const file of filesBelow(from))
    if (!file.endsWith('.ts')) {
      const target = join(to, relative(from, file));
      mkdirSync(dirname(target), { recursive: true });
      cpSync(file, target);
    }
};

const sourceHash = () =>
  hashFiles([
    ...['src', 'schema', 'sdk/src'].flatMap((folder) => filesBelow(at(folder))),
    ...['tsconfig.json', 'sdk/tsconfig.json', 'package-lock.json', 'sdk/package.json'].map((name) =>
      at(name),
    ),
  ]);

const hashFiles = (paths) => {
  const hash = createHash('sha256');
  for (const path of paths)
    hash
      .update(`${relative(root, path)}\0`)
      .update(readText(path))
      .update('\0');
  return hash.digest('hex');
};

const filesBelow = (folder) =>
  existsSync(folder)
    ? readdirSync(folder, { withFileTypes: true, recursive: true })
        .filter((entry) => entry.isFile())
        .map((entry) => join(entry.parentPath ?? entry.path, entry.name))
        .sort()
    : [];

/** Whether npm's own record of what it installed holds all that the lockfile wants, as after an `npm install` by hand. */
const isInstalled = () => {
  try {
    const packagesOf = (path) => JSON.parse(readFileSync(path, 'utf8')).packages;
    const there = packagesOf(at('node_modules', '.package-lock.json'));
    return Object.entries(packagesOf(at('package-lock.json'))).every(
      ([path, wanted]) =>
        !path.startsWith('node_modules/') ||
        wanted.optional ||
        wanted.link ||
        (there[path]?.version === wanted.version && existsSync(at(path))),
    );
  } catch {
    return false;
  }
};

/** npm as a program: the one that started us, else the one on the PATH. */
const npm = (...args) => {
  const script = process.env.npm_execpath;
  return script?.endsWith('.js')
    ? { command: process.execPath, args: [script, ...args] }
    : { command: 'npm', args };
};

/** Runs a program, telling every 5 s that it still does. Its output is kept in `log` and shown when it fails. */
const runStep = async ({ title, command, args, log, advice }) => {
  const began = Date.now();
  const seconds = () => Math.round((Date.now() - began) / 1000);
  say(`${title} …`);
  const ticker = setInterval(() => say(`${title}: ${seconds()} s …`), 5000);
  let output = '';
  const code = await new Promise((done) => {
    const child = spawn(command, args, { cwd: root, stdio: ['ignore', 'pipe', 'pipe'] });
    const keep = (bytes) => (output += bytes);
    child.stdout.on('data', keep);
    child.stderr.on('data', keep);
    child.once('error', (error) =>
      done('code' in error && error.code === 'ENOENT' ? `${command} is not on the PATH` : error.message),
    );
    child.once('close', done);
  });
  clearInterval(ticker);
  if (code === 0) return;
  const lines = output.trim().split('\n').slice(-20).join('\n');
  if (lines) say(lines);
  give(
    `${title} failed (${code}): ${/ENOSPC/.test(output) ? 'the disk is full: free some of it' : advice}${keepLog(log, output)}`,
  );
};

const keepLog = (path, output) => {
  try {
    writeFileSync(path, output);
    return `; all of its output is in ${path}`;
  } catch {
    return '';
  }
};

/** Runs `work` while no other bootstrap of this checkout does. The lock of a dead process counts for nothing. */
const alone = async (work) => {
  const lock = join(cache, 'bootstrap.lock');
  try {
    mkdirSync(cache, { recursive: true });
  } catch (error) {
    give(`${cache} cannot be made (${error.code}): give this user the right to write in ${root}`);
  }
  let told = false;
  while (!take(lock)) {
    const holder = Number(readText(lock));
    if (!told) say(`Waiting for process ${holder || '?'}, which installs or builds here …`);
    told = true;
    await delay(100);
  }
  try {
    return await work();
  } finally {
    if (readText(lock) === String(process.pid)) rmSync(lock, { force: true });
  }
};

const take = (lock) => {
  try {
    writeFileSync(lock, String(process.pid), { flag: 'wx' });
    return true;
  } catch (error) {
    if (error.code !== 'EEXIST')
      give(`${lock} cannot be written (${error.code}): give this user the right to write there`);
  }
  const holder = readText(lock);
  const ageMs = Date.now() - (statSync(lock, { throwIfNoEntry: false })?.mtimeMs ?? Date.now());
  const stale =
    holder === ''
      ? ageMs > 5000
      : Number(holder) === process.pid || !isAlive(Number(holder)) || ageMs > longestWorkMs;
  if (stale) {
    // Moved away under a name of our own and looked at again: whoever is second may have moved a new lock.
    const aside = `${lock}.${process.pid}`;
    try {
      renameSync(lock, aside);
      if (readText(aside) !== holder) renameSync(aside, lock);
      else rmSync(aside, { force: true });
    } catch {
      // Somebody else was faster.
    }
  }
  return false;
};

const isAlive = (pid) => {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error.code === 'EPERM';
  }
};

const readText = (path) => {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
};
