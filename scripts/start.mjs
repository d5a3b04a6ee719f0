// `npm start`: from a fresh clone to a running Millrace.

import { ensureBuilt, ensureInstalled } from './bootstrap.mjs';

await ensureInstalled();
await ensureBuilt();
const { run } = await import(new URL('../dist/main.js', import.meta.url).href);
await run();
