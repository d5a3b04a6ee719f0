/** `.env.example` must be what the table of variables in src/config.ts makes. `--write` makes it so. Needs `dist/`. */
import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const path = fileURLToPath(new URL('../.env.example', import.meta.url));
const { renderEnvExample } = await import(new URL('../dist/cli/env-example.js', import.meta.url).href);
const fresh = renderEnvExample();

const kept = () => {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return undefined;
  }
};

if (process.argv.includes('--write')) writeFileSync(path, fresh);
else if (kept() !== fresh) {
  console.log(
    '.env.example is not what src/config.ts says. Make it anew: node scripts/check-env-example.mjs --write',
  );
  process.exitCode = 1;
}
