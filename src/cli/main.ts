import { runCommand } from './program.js';

const exitCode = await runCommand(process.argv.slice(2), { out: process.stdout, err: process.stderr });
// Not process.exit: what was written to a pipe must still reach it. `start` may have set a code of its own.
if (exitCode !== 0) process.exitCode = exitCode;
