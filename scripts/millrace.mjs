#!/usr/bin/env node
// The `millrace` command.

import { ensureBuilt, ensureInstalled } from './bootstrap.mjs';

await ensureInstalled();
await ensureBuilt();
await import(new URL('../dist/cli/main.js', import.meta.url).href);
