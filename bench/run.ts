import { cpus, release, totalmem } from 'node:os';
import { inspect } from 'node:util';
import { buildPackage, PACKAGE_FOLDER } from '../scripts/build-package.ts';
import { startPostgres } from '../test/servers/postgres.ts';
import { measureBreached } from './breached.ts';
import { startDirectory } from './directories.ts';
import { type DraftResult, measureDraft } from './draft.ts';
import { type HelpdeskResult, measureHelpdesk } from './helpdesk.ts';
import { type HistoryResult, measureHistory } from './history.ts';
import { type BenchOptions, type DirectoryName, HELP, parseOptions } from './options.ts';
import { measurePeople } from './people.ts';
import { openldapPeople, sambaPeople } from './people-servers.ts';
import { startProduct } from './product.ts';
import { measureProfile } from './profile.ts';
import { measureMemory, measureRecoveries } from './recoveries.ts';
import { type BenchReport, formatReport, reportAsJson } from './report.ts';
import { measureStart } from './start.ts';
import { measureStranded, type StrandedResult } from './stranded.ts';
import { measureJourneys } from './whole-journey.ts';
import { measureWrites } from './writes.ts';

/** Who work at the helpdesk at the same time. */
const AGENTS = 50;
/** Loading takes a Samba some minutes for so many. */
const MOST_IN_SAMBA = 20_000;

const options = parseOptions(process.argv.slice(2));
if (options === null) {
  process.stdout.write(HELP);
} else if (typeof options === 'string') {
  process.stderr.write(`${options}\n\n${HELP}`);
  process.exitCode = 2;
} else {
  const report = await runAll(options);
  process.stdout.write(options.json ? reportAsJson(report) : formatReport(report));
}

async function runAll(options: BenchOptions): Promise<BenchReport> {
  const report: BenchReport = {
    machine: describeMachine(),
    database: options.database,
    writes: [],
    journeys: [],
    recovery: null,
    profile: null,
    memory: null,
    history: null,
    stranded: null,
    draft: null,
    people: null,
    helpdesk: null,
    breached: null,
    start: null,
  };
  await buildPackage(PACKAGE_FOLDER, undefined, options.only.includes('profile'));
  for (const name of options.only) {
    try {
      await measurePart(name, options, report);
    } catch (error) {
      // What was measured before is told all the same, and what comes after it is measured.
      process.stderr.write(`${name} failed: ${inspect(error)}\n`);
      process.exitCode = 1;
    }
  }
  return report;
}

async function measurePart(name: BenchOptions['only'][number], options: BenchOptions, report: BenchReport): Promise<void> {
  if (name === 'start') report.start = await measureStart();
  else if (name === 'history') report.history = await measureLog(options);
  else if (name === 'people') await findPeople(options, report);
  else if (name === 'helpdesk') report.helpdesk = await measureDesk(options.callers);
  else if (name === 'breached') {
    process.stderr.write(`${options.hashes} breached passwords ...\n`);
    report.breached = await measureBreached(options.hashes);
  } else if (name === 'draft') report.draft = await measureChange(options);
  else if (name === 'stranded') report.stranded = await measureReport(options);
  else if (name === 'recovery' || name === 'profile' || name === 'memory') await measureWhole(name, options, report);
  else await measureDirectory(name, options, report);
}

async function measureDesk(callers: number): Promise<HelpdeskResult> {
  process.stderr.write(`helpdesk with ${callers} callers ...\n`);
  return await measureHelpdesk(AGENTS, callers);
}

/** One directory after the other, so that nothing of the one is in the way of the other. */
async function findPeople({ people }: BenchOptions, report: BenchReport): Promise<void> {
  process.stderr.write(`people among ${people} in OpenLDAP ...\n`);
  report.people = [await measurePeople(await openldapPeople(people))];
  const few = Math.min(people, MOST_IN_SAMBA);
  process.stderr.write(`people among ${few} in Samba ...\n`);
  const begun = performance.now();
  const told = (added: number) =>
    void process.stderr.write(`  ${added} of ${few} loaded after ${Math.round((performance.now() - begun) / 1000)} s\n`);
  report.people = [...report.people, await measurePeople(await sambaPeople(few, told))];
}

/** Whole recoveries on OpenLDAP, where the directory takes least of the time. */
async function measureWhole(name: 'recovery' | 'profile' | 'memory', options: BenchOptions, report: BenchReport): Promise<void> {
  await using started = new AsyncDisposableStack();
  const directory = await startDirectory('openldap');
  started.defer(() => directory.stop());
  const postgres = options.database === 'postgres' ? await startPostgres({ durable: true }) : null;
  if (postgres !== null) started.defer(() => postgres.stop());
  const database = async () => (postgres === null ? null : (await postgres.createDatabase('bench')).url);
  process.stderr.write(`${directory.title}: ${name} ...\n`);
  if (name === 'memory') report.memory = await measureMemory(directory, await database(), options.recoveries);
  else if (name === 'profile') report.profile = await measureProfile(directory, await database(), options.recoveries);
  else report.recovery = await measureRecoveries(directory, database, options.seconds);
}

async function measureLog({ database, events }: BenchOptions): Promise<HistoryResult> {
  await using started = new AsyncDisposableStack();
  const postgres = database === 'postgres' ? await startPostgres({ durable: true }) : null;
  if (postgres !== null) started.defer(() => postgres.stop());
  process.stderr.write(`history of ${events} events ...\n`);
  return await measureHistory(postgres === null ? null : (await postgres.createDatabase('bench')).url, events);
}

async function measureReport({ database, people }: BenchOptions): Promise<StrandedResult> {
  await using started = new AsyncDisposableStack();
  const postgres = database === 'postgres' ? await startPostgres({ durable: true }) : null;
  if (postgres !== null) started.defer(() => postgres.stop());
  process.stderr.write(`stranded people among ${people} ...\n`);
  return await measureStranded(postgres === null ? null : (await postgres.createDatabase('bench')).url, people);
}

async function measureChange({ database, people }: BenchOptions): Promise<DraftResult> {
  await using started = new AsyncDisposableStack();
  const postgres = database === 'postgres' ? await startPostgres({ durable: true }) : null;
  if (postgres !== null) started.defer(() => postgres.stop());
  process.stderr.write(`a change of the rules for ${people} people ...\n`);
  return await measureDraft(postgres === null ? null : (await postgres.createDatabase('bench')).url, people);
}

async function measureDirectory(name: DirectoryName, options: BenchOptions, report: BenchReport): Promise<void> {
  // Whatever is started is stopped in reverse order, also when a measurement fails.
  await using started = new AsyncDisposableStack();
  const directory = await startDirectory(name);
  started.defer(() => directory.stop());
  const postgres = options.database === 'postgres' ? await startPostgres({ durable: true }) : null;
  if (postgres !== null) started.defer(() => postgres.stop());
  const database = async () => (postgres === null ? {} : { databaseUrl: (await postgres.createDatabase('bench')).url });
  const { seconds } = options;
  const first = report.writes.length;
  const note = (what: string) => void process.stderr.write(`${directory.title}: ${what} ...\n`);

  const quick = { holdMilliseconds: 0, settleMilliseconds: 0 };
  const product = await startProduct({
    directory: directory.section,
    ...(await database()),
    recovery: { ...quick, rules: [{ name: 'everybody', accepted: [['email', 'totp'], ['totp']] }] },
  });
  started.defer(() => product.close());
  for (const operation of ['reset', 'unlock'] as const) {
    for (const clients of [1, 8]) {
      note(`${operation}, ${clients === 1 ? 'one client' : `${clients} clients`}`);
      report.writes.push(await measureWrites(directory, product, { operation, clients, seconds, warmUp: report.writes.length === first }));
    }
  }
  note('whole journey, nothing held back');
  report.journeys.push(await measureJourneys(directory, product, seconds / 3, quick));

  note('whole journey, as shipped');
  const shipped = await startProduct({ directory: directory.section, ...(await database()) });
  started.defer(() => shipped.close());
  report.journeys.push(await measureJourneys(directory, shipped, seconds / 3, { holdMilliseconds: 120, settleMilliseconds: 750 }));
}

function describeMachine(): BenchReport['machine'] {
  const processors = cpus();
  return {
    processor: processors[0]?.model.trim() ?? 'unknown',
    cores: processors.length,
    memoryGigabytes: Math.round(totalmem() / 1e9),
    system: `${process.platform} ${release()}`,
    node: process.version,
  };
}
