import type { BreachedResult } from './breached.ts';
import type { DraftResult } from './draft.ts';
import type { HelpdeskResult } from './helpdesk.ts';
import type { HistoryResult, HistorySearch } from './history.ts';
import type { PeopleResult, PeopleSearch } from './people.ts';
import type { ProfileResult } from './profile.ts';
import type { MemoryResult, RecoveryResult } from './recoveries.ts';
import { OLDER } from './recoveries.ts';
import type { StartResult } from './start.ts';
import type { Ratio } from './statistics.ts';
import type { StrandedResult } from './stranded.ts';
import type { JourneyResult } from './whole-journey.ts';
import type { WriteResult } from './writes.ts';

/** Everything one run found out. Times in milliseconds. */
export interface BenchReport {
  machine: { processor: string; cores: number; memoryGigabytes: number; system: string; node: string };
  database: 'sqlite' | 'postgres';
  writes: WriteResult[];
  journeys: JourneyResult[];
  recovery: RecoveryResult | null;
  profile: ProfileResult | null;
  memory: MemoryResult | null;
  history: HistoryResult | null;
  stranded: StrandedResult | null;
  draft: DraftResult | null;
  people: readonly PeopleResult[] | null;
  helpdesk: HelpdeskResult | null;
  breached: BreachedResult | null;
  start: StartResult | null;
}

/** A goal for one measurement, and whether this run reached it. */
interface Verdict {
  readonly met: boolean;
  readonly target: string;
}

/** By directory and operation: the cost for one client and the throughput for eight, each over the bare one's. Not said: no target. */
const writeTargets: Readonly<Record<string, { readonly cost?: number; readonly throughput?: number }>> = {
  'OpenLDAP reset': { throughput: 0.4 },
  'Samba AD DC reset': { cost: 1.1, throughput: 0.95 },
  'Samba AD DC unlock': { cost: 1.6, throughput: 0.7 },
};
const lowestGain = 2.2;
const mostCpu = 22;
const longestStart = 700;
const mostMemory = 120;
/** Of a page of the history, at a million events. */
const longestSearch = 300;
const mostMemoryAfter = 175;
/** Of a search for people, over the same by bare LDAP; and of the last page of a long list, over the first. */
const mostSearchCost = 1.5;
const mostPageCost = 1.5;
/** Of a report of everybody: how much larger the memory may be in the last quarter than in the first. */
const mostGrowth = 1.15;

/** Of the numbers of a change of the rules, before it is saved. */
const longestDraft = 2000;

/** Of an import, megabytes. */
const mostMemoryOfImport = 200;

function judgeBreached({ memory }: BreachedResult): Verdict {
  return { met: memory < mostMemoryOfImport, target: `memory under ${mostMemoryOfImport} MB` };
}

function judgeDraft({ p95 }: DraftResult): Verdict {
  return { met: p95 < longestDraft, target: `p95 under ${longestDraft} ms` };
}

function judgeRecovery({ throughput, cpu }: RecoveryResult): Verdict {
  const met = throughput.overall >= lowestGain && cpu.today <= mostCpu;
  return { met, target: `throughput at least ${lowestGain}, CPU at most ${mostCpu} ms` };
}

function judgeMemory({ memory }: MemoryResult): Verdict {
  return { met: memory < mostMemoryAfter, target: `under ${mostMemoryAfter} MB` };
}

function judgeSearch({ p95 }: HistorySearch): Verdict {
  return { met: p95 < longestSearch, target: `p95 under ${longestSearch} ms` };
}

function judgeStranded({ memory }: StrandedResult): Verdict {
  return { met: memory.last <= memory.first * mostGrowth, target: `memory of the last quarter at most ${mostGrowth} of the first` };
}

function judgePeople({ bare, product }: PeopleSearch): Verdict {
  return { met: product.p95 <= mostSearchCost * bare.p95, target: `p95 at most ${mostSearchCost} times bare` };
}

function judgePages({ pages }: PeopleResult): Verdict {
  return { met: pages.last <= mostPageCost * pages.first, target: `at most ${mostPageCost} times the first` };
}

function judgeStart(start: StartResult): Verdict {
  const met = start.firstResponse < longestStart && start.idleMemory < mostMemory;
  return { met, target: `first response under ${longestStart} ms, idle under ${mostMemory} MB` };
}

/** One client: latency counts. Several: throughput does. */
function judgeWrites(result: WriteResult): Verdict | null {
  const { cost, throughput } = writeTargets[`${result.directory} ${result.operation}`] ?? {};
  if (result.clients === 1) return cost === undefined ? null : { met: result.cost.overall <= cost, target: `cost at most ${cost}` };
  if (throughput === undefined) return null;
  return { met: result.throughput.overall >= throughput, target: `throughput at least ${throughput}` };
}

/** The report for programs: the figures, and for each goal whether it was reached. */
export function reportAsJson(report: BenchReport): string {
  const { writes, recovery, memory, history, stranded, draft, people, breached, start } = report;
  const judged = {
    ...report,
    writes: writes.map((result) => ({ ...result, verdict: judgeWrites(result) })),
    recovery: recovery === null ? null : { ...recovery, verdict: judgeRecovery(recovery) },
    memory: memory === null ? null : { ...memory, verdict: judgeMemory(memory) },
    history: history === null ? null : { ...history, searches: history.searches.map((each) => ({ ...each, verdict: judgeSearch(each) })) },
    people:
      people === null
        ? null
        : people.map((result) => ({
            ...{ ...result, verdict: judgePages(result) },
            searches: result.searches.map((each) => ({ ...each, verdict: judgePeople(each) })),
          })),
    stranded: stranded === null ? null : { ...stranded, verdict: judgeStranded(stranded) },
    draft: draft === null ? null : { ...draft, verdict: judgeDraft(draft) },
    breached: breached === null ? null : { ...breached, verdict: judgeBreached(breached) },
    start: start === null ? null : { ...start, verdict: judgeStart(start) },
  };
  return `${JSON.stringify(judged, null, 2)}\n`;
}

/** The report for people: ratios first, then what they were made of. */
export function formatReport(report: BenchReport): string {
  const { machine, database } = report;
  const lines = [
    `${machine.processor}, ${machine.cores} cores, ${machine.memoryGigabytes} GB, ${machine.system}, Node.js ${machine.node}; database: ${database}`,
  ];
  if (report.writes.length > 0) lines.push('', ...ratioTable(report.writes), '', ...figureTable(report.writes));
  if (report.journeys.length > 0) lines.push('', ...journeyTable(report.journeys));
  if (report.recovery !== null) lines.push('', ...recoveryTable(report.recovery));
  if (report.profile !== null) lines.push(...profileTables(report.profile));
  if (report.memory !== null) lines.push('', ...memoryTable(report.memory));
  if (report.history !== null) lines.push('', ...historyTable(report.history));
  for (const result of report.people ?? []) lines.push('', ...peopleTable(result));
  if (report.helpdesk !== null) lines.push('', ...helpdeskTable(report.helpdesk));
  if (report.stranded !== null) lines.push('', ...strandedTable(report.stranded));
  if (report.draft !== null) lines.push('', ...draftTable(report.draft));
  if (report.breached !== null) lines.push('', ...breachedTable(report.breached));
  if (report.start !== null) lines.push('', ...startTable(report.start));
  return `${lines.join('\n')}\n`;
}

function draftTable(draft: DraftResult): string[] {
  const { people, sorts, median, p95 } = draft;
  const { met, target } = judgeDraft(draft);
  return table(
    [`a change of the rules, ${people} people of ${sorts} sorts`, 'median', 'p95', 'target', ''],
    [['before it is saved', `${median.toFixed(0)} ms`, `${p95.toFixed(0)} ms`, target, met ? 'met' : 'MISSED']],
  );
}

function ratioTable(results: readonly WriteResult[]): string[] {
  return table(
    ['Keyturn / bare LDAP', 'operation', 'clients', 'cost (median)', 'lowest-highest', 'throughput', 'lowest-highest', 'target', ''],
    results.map((result) => {
      const verdict = judgeWrites(result);
      const { directory, operation, clients, cost, throughput } = result;
      return [directory, operation, String(clients), ...ratioCells(cost), ...ratioCells(throughput), ...verdictCells(verdict)];
    }),
  );
}

function verdictCells(verdict: Verdict | null): string[] {
  return verdict === null ? ['', ''] : [verdict.target, verdict.met ? 'met' : 'MISSED'];
}

function recoveryTable(result: RecoveryResult): string[] {
  const { directory, throughput, cpu, older, today, rounds } = result;
  const heads = [`whole recovery, 8 clients, today / ${OLDER}`, 'throughput', 'lowest-highest', 'CPU', '/s', 'rounds', 'target', ''];
  const pair = (one: number, other: number, digits: number) => `${one.toFixed(digits)} / ${other.toFixed(digits)}`;
  const cells = [pair(cpu.today, cpu.older, 1), pair(today.perSecond, older.perSecond, 1), String(rounds)];
  return table(heads, [[directory, ...ratioCells(throughput), ...cells, ...verdictCells(judgeRecovery(result))]]);
}

function profileTables({ recoveries, ...parts }: ProfileResult): string[] {
  const heads = {
    threads: 'threads of the server, processor time',
    parts: 'libraries and folders, without what they call',
    functions: 'functions, without what they call',
    inclusive: 'functions, with what they call',
  } as const;
  return (['threads', 'parts', 'functions', 'inclusive'] as const).flatMap((what) => {
    const rows = parts[what].map(({ name, milliseconds, share }) => [
      name,
      `${milliseconds.toFixed(2)} ms`,
      `${(100 * share).toFixed(1)} %`,
    ]);
    return ['', ...table([`a recovery of ${recoveries}: ${heads[what]}`, 'for each', 'share'], rows)];
  });
}

function memoryTable(result: MemoryResult): string[] {
  const row = [`resident memory after ${result.recoveries} recoveries`, `${result.memory.toFixed(0)} MB`];
  const rest = ['the same, after half a minute without any', `${result.afterRest.toFixed(0)} MB`, '', ''];
  return table(['keyturn serve', '', 'target', ''], [[...row, ...verdictCells(judgeMemory(result))], rest]);
}

function historyTable({ events, append, bytes, searches }: HistoryResult): string[] {
  const rows = searches.map((each) => [
    each.what,
    `${each.median.toFixed(1)} ms`,
    `${each.p95.toFixed(1)} ms`,
    ...verdictCells(judgeSearch(each)),
  ]);
  const size = bytes === null ? '' : `, ${bytes.toFixed(0)} bytes`;
  return [
    ...table([`a page of the history of ${events} events`, 'median', 'p95', 'target', ''], rows),
    '',
    `An event of it took ${append.toFixed(0)} microseconds to write${size}.`,
  ];
}

function strandedTable(result: StrandedResult): string[] {
  const { people, stranded, seconds, memory } = result;
  const heads = ['keyturn report stranded', 'stranded', 'seconds', 'people a second', 'memory, first quarter', 'last', 'target', ''];
  const memories = [memory.first, memory.last].map((each) => `${each.toFixed(0)} MB`);
  const cells = [`${people} people`, String(stranded), seconds.toFixed(0), (people / seconds).toFixed(0), ...memories];
  return table(heads, [[...cells, ...verdictCells(judgeStranded(result))]]);
}

function peopleTable(result: PeopleResult): string[] {
  const { directory, people, searches, pages, memory } = result;
  const ms = (value: number) => `${value.toFixed(1)} ms`;
  const rows = searches.map((each) => [
    each.what,
    ...[each.bare.median, each.bare.p95, each.product.median, each.product.p95].map(ms),
    (each.product.p95 / each.bare.p95).toFixed(2),
    ...verdictCells(judgePeople(each)),
  ]);
  return [
    ...table(
      [`a page of ${people} people in ${directory}`, 'bare median', 'bare p95', 'Keyturn median', 'p95', 'p95 ratio', 'target', ''],
      rows,
    ),
    '',
    ...table(
      [`pages turned one after the other`, 'first ten', 'last ten', 'ratio', 'target', ''],
      [[String(pages.count), ms(pages.first), ms(pages.last), (pages.last / pages.first).toFixed(2), ...verdictCells(judgePages(result))]],
    ),
    '',
    `Resident memory before and after: ${memory.before.toFixed(0)} and ${memory.after.toFixed(0)} MB.`,
  ];
}

function breachedTable(result: BreachedResult): string[] {
  const { hashes, seconds, bareSeconds, bytesPerHash, memory, found, notFound, bare, falseAlarm } = result;
  const micro = ({ median, p95 }: BreachedResult['bare']) => [median, p95].map((each) => `${(each * 1000).toFixed(0)} us`);
  const row = (what: string, times: BreachedResult['bare']) => [what, ...micro(times), (times.median / bare.median).toFixed(2)];
  return [
    ...table(
      [`import of ${hashes} hashes`, 'hashes a second', 'over SHA-256 of the list', 'bytes a hash', 'memory', 'target', ''],
      [
        [
          `${seconds.toFixed(1)} s`,
          (hashes / seconds).toFixed(0),
          (seconds / bareSeconds).toFixed(1),
          bytesPerHash.toFixed(2),
          `${memory.toFixed(0)} MB`,
          ...verdictCells(judgeBreached(result)),
        ],
      ],
    ),
    '',
    ...table(
      ['a question', 'median', 'p95', 'over bare'],
      [row('three blocks read, and nothing else', bare), row('a password of the list', found), row('another one', notFound)],
    ),
    '',
    `Taken for one of the list: 1 of ${falseAlarm.toFixed(0)} others.`,
  ];
}

function helpdeskTable({ story, crowd }: HelpdeskResult): string[] {
  const ms = (value: number) => `${value.toFixed(1)} ms`;
  const row = (what: string, { median, p95 }: HelpdeskResult['story']['bare'], more: string) => [what, ms(median), ms(p95), more];
  const each = `${crowd.callers} callers in ${crowd.seconds.toFixed(0)} s`;
  return [
    ...table(
      ['an agent resets, the caller signs in', 'median', 'p95', ''],
      [
        row('search, change and bind by bare LDAP', story.bare, ''),
        row('one agent', story.product, `${(story.product.median / story.bare.median).toFixed(1)} times bare`),
        row(`${crowd.agents} agents at once, two nodes`, crowd.story, each),
      ],
    ),
    '',
    `${crowd.failed} of ${crowd.callers} stories failed.`,
  ];
}

function ratioCells({ overall, lowest, highest }: Ratio): string[] {
  return [overall.toFixed(2), `${lowest.toFixed(2)}-${highest.toFixed(2)}`];
}

function figureTable(results: readonly WriteResult[]): string[] {
  const heads = ['', 'operation', 'clients', 'bare median', 'bare p95', 'bare /s', 'Keyturn median', 'p95', '/s', 'rounds', 'operations'];
  return table(
    heads,
    results.map(({ directory, operation, clients, bare, product, rounds }) => [
      directory,
      operation,
      String(clients),
      `${bare.median.toFixed(2)} ms`,
      `${bare.p95.toFixed(2)} ms`,
      bare.perSecond.toFixed(0),
      `${product.median.toFixed(2)} ms`,
      `${product.p95.toFixed(2)} ms`,
      product.perSecond.toFixed(0),
      String(rounds),
      `2 x ${product.operations}`,
    ]),
  );
}

function journeyTable(results: readonly JourneyResult[]): string[] {
  return table(
    ['whole reset journey', 'hold', 'settle', 'median', 'p95', 'journeys'],
    results.map((result) => [
      result.directory,
      `${result.holdMilliseconds} ms`,
      `${result.settleMilliseconds} ms`,
      `${result.median.toFixed(0)} ms`,
      `${result.p95.toFixed(0)} ms`,
      String(result.operations),
    ]),
  );
}

function startTable(start: StartResult): string[] {
  const row = (what: string, value: number, unit: string, most: number | null): string[] => [
    what,
    `${value.toFixed(0)} ${unit}`,
    ...(most === null ? ['', ''] : [`under ${most} ${unit}`, value < most ? 'met' : 'MISSED']),
  ];
  return table(
    ['keyturn demo', '', 'target', ''],
    [
      row('start to first response', start.firstResponse, 'ms', longestStart),
      row('the same on an empty folder', start.firstResponseEmpty, 'ms', null),
      row('idle, resident memory', start.idleMemory, 'MB', mostMemory),
    ],
  );
}

/** A Markdown table with even columns, so that it reads well in a terminal too. */
function table(head: readonly string[], rows: readonly (readonly string[])[]): string[] {
  const widths = head.map((title, column) => Math.max(3, title.length, ...rows.map((row) => row[column]?.length ?? 0)));
  const line = (cells: readonly string[]): string =>
    `| ${widths.map((width, column) => (cells[column] ?? '').padEnd(width)).join(' | ')} |`;
  return [line(head), `|${widths.map((width) => '-'.repeat(width + 2)).join('|')}|`, ...rows.map(line)];
}
