#!/usr/bin/env node
import { run } from '../src/cli/run.ts';

// All that a command has begun has ended by now; what is left are timers of work that will not come again.
process.exit(await run(process.argv.slice(2)));
