import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { startSlapd } from '../test/servers/slapd.ts';
import { NODE_OPTIONS } from './node-options.ts';
import { installProduct, PROGRAM } from './product.ts';
import { residentMegabytes } from './resident.ts';

const PASSWORD_VARIABLE = 'KEYTURN_BENCH_STRANDED_PASSWORD';
/** Of so many of them something is enrolled, so that not everybody is a line. */
const ENROLLED = 50;
/** Milliseconds between two looks at the memory. */
const EVERY = 200;

/** `keyturn report stranded` on OpenLDAP, from the start of the program to its end. */
export interface StrandedResult {
  readonly people: number;
  readonly stranded: number;
  readonly seconds: number;
  /** Largest resident memory while the first and while the last quarter of the people were looked at, megabytes. */
  readonly memory: { readonly first: number; readonly last: number };
}

/** @param database null: an SQLite file */
export async function measureStranded(database: string | null, people: number): Promise<StrandedResult> {
  await using started = new AsyncDisposableStack();
  const server = await startSlapd({ generatedUsers: people });
  started.defer(() => server.stop());
  process.env[PASSWORD_VARIABLE] = server.service.password;
  const installed = await installProduct({
    directory: {
      kind: 'openldap',
      id: 'bench',
      label: 'Bench',
      servers: [{ url: server.url }],
      tls: { ca: server.caPem },
      baseDn: server.peopleDn,
      groupBaseDn: server.groupsDn,
      serviceAccount: { name: server.service.name, password: `env:${PASSWORD_VARIABLE}` },
    },
    ...(database === null ? {} : { databaseUrl: database }),
  });
  started.defer(() => installed.close());
  for (let nth = 0; nth < ENROLLED; nth += 1) await installed.enrol(`user${nth}`);
  return await run(installed.settingsFile);
}

async function run(settingsFile: string): Promise<StrandedResult> {
  const begun = performance.now();
  const report = spawn(process.execPath, [...NODE_OPTIONS, PROGRAM, '--config', settingsFile, 'report', 'stranded', '--json'], {
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const seen: { at: number; memory: number }[] = [];
  let stranded = 0;
  let words = '';
  report.stderr.on('data', (text) => {
    words += String(text);
  });
  const look = setInterval(async () => {
    const memory = await residentMegabytes(report.pid ?? 0);
    if (Number.isFinite(memory)) seen.push({ at: stranded, memory });
  }, EVERY);
  try {
    const ended = once(report, 'close');
    for await (const line of createInterface({ input: report.stdout })) if (line !== '') stranded += 1;
    await ended;
  } finally {
    clearInterval(look);
  }
  const told = /(\d+) of (\d+) people could not recover now/.exec(words);
  if (told === null || Number(told[1]) !== stranded) throw new Error(`the report ended early: ${words.slice(-400)}`);
  const most = (from: number, to: number) =>
    Math.max(...seen.filter(({ at }) => at >= from * stranded && at <= to * stranded).map(({ memory }) => memory));
  return {
    people: Number(told[2]),
    stranded,
    seconds: (performance.now() - begun) / 1000,
    memory: { first: most(0, 0.25), last: most(0.75, 1) },
  };
}
