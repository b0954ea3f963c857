import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { argv } from 'node:process';
import { fileURLToPath } from 'node:url';
import { referencePages } from './reference/pages.ts';

/** Writes docs/reference from the schemas, the error table and the command line; `--check` only compares. */
const folder = fileURLToPath(new URL('../docs/reference', import.meta.url));
const check = argv.includes('--check');

mkdirSync(folder, { recursive: true });
for (const [name, text] of Object.entries(referencePages())) {
  const path = join(folder, name);
  if (!check) writeFileSync(path, text);
  else if (readOrEmpty(path) !== text) {
    console.error(`docs/reference/${name} is out of date: run \`npm run docs\``);
    process.exitCode = 1;
  }
}

function readOrEmpty(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}
