import { readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { ensureBuilt, ensureInstalled } from './bootstrap.mjs';

/** `npm run bench NAME`: runs bench/NAME.mjs, which appends what it measured to bench/results/NAME.md. */
const folder = new URL('../bench/', import.meta.url);
const names = readdirSync(fileURLToPath(folder))
  .filter((file) => file.endsWith('.mjs'))
  .map((file) => file.slice(0, -4));
const name = process.argv[2] ?? '';

if (names.includes(name)) {
  await ensureInstalled();
  await ensureBuilt();
  await import(new URL(`${name}.mjs`, folder).href);
} else {
  console.error(`npm run bench NAME, where NAME is one of: ${names.join(', ')}`);
  process.exitCode = 2;
}
