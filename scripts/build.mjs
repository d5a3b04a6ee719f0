// `npm run build`: everything, with types checked.

import { ensureBuilt, ensureInstalled } from './bootstrap.mjs';

await ensureInstalled();
await ensureBuilt({ typeCheck: true, force: true });
