import { withLines } from '../../../shared/fix-text.ts';
import type { Directory, DirectoryKind } from '../ports/directory.ts';
import type { ConfiguredName, DirectoryHealth, DirectoryRight, DirectoryVerb } from '../ports/directory-health.ts';
import type { Clock, Random } from '../ports/platform.ts';
import { certificateEndFindings, NEW_CERTIFICATE } from './certificate-end.ts';
import { type FailureFindings, type Finding, findingsOf } from './finding.ts';

/** Tickets of Kerberos are refused beyond five minutes (RFC 4120 1.6); one minute already confuses people. */
const SKEW_FAIL = 5 * 60_000;
const SKEW_WARN = 60_000;

/** Servers, service account and its rights, clock and what else a directory says about itself. */
export async function checkDirectory(directory: Directory, measure: Measure & Used): Promise<Finding[]> {
  const area = `directory ${directory.id}`;
  try {
    const health = await directory.health({ rights: true });
    // While a name is missing nobody is looked up anyway.
    const asks = health.serviceAccount.ok && health.configured.every(({ ok }) => ok);
    const speed = asks ? await checkSpeed(area, directory, measure).catch((error: unknown) => measure.failed(area, error)) : [];
    return [...describeHealth(area, health, { kind: directory.kind, verbs: measure.verbs, now: measure.clock.now() }), ...speed];
  } catch (error) {
    return measure.failed(area, error);
  }
}

export interface Used {
  /** What the configuration uses of the service account's rights. */
  readonly verbs: ReadonlySet<DirectoryVerb>;
}

/** What the time of a look-up is measured against. */
export interface Measure {
  /** `recovery.settleMilliseconds` of the configuration. */
  readonly settle: number;
  readonly random: Random;
  readonly clock: Clock;
  readonly failed: FailureFindings;
}

/**
 * How long it takes to look a name up, as at the start of a recovery. Within `settleMilliseconds` nobody sees from outside how long
 * that was; beyond, the clock may tell who is there.
 */
async function checkSpeed(area: string, directory: Directory, { settle, random, clock }: Measure): Promise<Finding[]> {
  const { ok, warn } = findingsOf(area);
  const lookUp = async () => {
    const startedAt = clock.now();
    await directory.findAccounts(`nobody-${Buffer.from(random.bytes(6)).toString('hex')}`);
    return clock.now() - startedAt;
  };
  // The first one may have to open a connection, which those of people find open.
  await lookUp();
  const milliseconds = Math.round(Math.max(await lookUp(), await lookUp()));
  if (milliseconds * 2 <= settle || settle === 0) return [ok(`A name is looked up in ${milliseconds} ms`)];
  const text = `A name is looked up in ${milliseconds} ms, recovery.settleMilliseconds is ${settle}: beyond that time the clock may tell whether an account is there`;
  return [
    warn(
      text,
      `Index the attributes of identifiers on the server, or set recovery.settleMilliseconds to ${Math.min(5000, milliseconds * 4)}`,
    ),
  ];
}

function describeHealth(
  area: string,
  health: DirectoryHealth,
  { kind, verbs, now }: Used & { readonly kind: DirectoryKind; readonly now: number },
): Finding[] {
  const { ok, note, warn, fail } = findingsOf(area);
  const anyServer = health.servers.some((server) => server.ok);
  const findings: Finding[] = health.servers.map((server) => {
    if (server.ok) return ok(`${server.url} answers${server.latency === null ? '' : ` in ${Math.round(server.latency)} ms`}`);
    // With another server at work, people notice nothing yet.
    return (anyServer ? warn : fail)(`${server.url}: ${server.problem ?? 'does not answer'}`, server.fix ?? LOG);
  });
  findings.push(
    ...health.servers.flatMap(({ url, certificateEnds }) =>
      certificateEndFindings(findingsOf(area), `The certificate of ${url}`, certificateEnds, NEW_CERTIFICATE, now),
    ),
  );
  // A directory that Keyturn keeps itself.
  if (health.servers.length === 0) findings.push(ok('Needs no server of its own'));
  const { serviceAccount, clockSkew } = health;
  if (anyServer) {
    findings.push(
      serviceAccount.ok
        ? ok('The service account is accepted')
        : fail(
            serviceAccount.problem ?? 'The service account is refused',
            serviceAccount.fix ?? 'Check serviceAccount.name and its password',
          ),
    );
  }
  if (clockSkew !== null) findings.push(describeSkew(area, clockSkew));
  const excess = withLines(
    `Take it away; what is granted by these, and the page directories/${kind}.md of the handbook, is all that it needs`,
    `keyturn directory delegate --directory ${area.replace(/^directory /, '')}`,
  );
  return [
    ...findings,
    ...describeNames(area, health.configured),
    ...describeRights(area, health, verbs),
    ...health.tooMuch.map((sentence) => warn(sentence, excess)),
    ...health.notes.map(({ text, fix }) => (fix === null ? note(text) : warn(text, fix))),
  ];
}

/** Below a place that is not seen nothing else is: that is no trouble of its own. */
function describeNames(area: string, configured: readonly ConfiguredName[]): Finding[] {
  const { note } = findingsOf(area);
  const isBase = ({ setting }: ConfiguredName) => setting === 'baseDn' || setting === 'groupBaseDn';
  const isBlind = configured.some((name) => isBase(name) && !name.ok);
  return configured.map((name) => {
    if (!isBlind || name.ok || isBase(name)) return describeName(area, name);
    return note(`Whether ${name.setting} ${name.value} is there shows once that is put right`);
  });
}

function describeName(area: string, { setting, value, ok: there, text, fix }: ConfiguredName): Finding {
  const { ok, fail } = findingsOf(area);
  const sentence = `${setting}${value === '' ? '' : ` ${value}`}: ${text}`;
  return there ? ok(sentence) : fail(`${sentence}. Nobody can recover an account here until this is put right`, fix ?? LOG);
}

/** What to do where the server itself says no more. */
const LOG = 'Look into the log of the directory service';

const MAY: Readonly<Record<DirectoryVerb, string>> = {
  read: 'read people',
  'reset-password': 'reset passwords',
  'unlock-account': 'unlock accounts',
  'require-change': 'demand a new password at the next sign-in',
  'read-policy': 'read the password policy',
};

/**
 * One finding for all that one line of the delegation grants, as the same line mends it. What rests on reading people, or on a name that is
 * not found, is not known while that is so, and no trouble of its own.
 */
function describeRights(
  area: string,
  { rights, configured }: Pick<DirectoryHealth, 'rights' | 'configured'>,
  verbs: ReadonlySet<DirectoryVerb>,
): Finding[] {
  const { note } = findingsOf(area);
  const isBlind = rights.some(({ verb, ok }) => verb === 'read' && ok === false) || configured.some(({ ok }) => !ok);
  const isSame = (one: DirectoryRight, other: DirectoryRight) =>
    [one, other].every(({ verb, ok }) => ok === false && verbs.has(verb) && verb !== 'read-policy') && one.fix === other.fix;
  return rights.flatMap((right, index): Finding[] => {
    if (!verbs.has(right.verb)) return [describeUnused(area, right)];
    if (isBlind && right.ok === null) return [note(`Whether the service account may ${MAY[right.verb]} shows once that is put right`)];
    if (rights.slice(0, index).some((before) => isSame(before, right))) return [];
    return [
      describeRight(
        area,
        right,
        rights.slice(index + 1).filter((after) => isSame(right, after)),
      ),
    ];
  });
}

/** @param others what the same line of the delegation grants, and is missing too */
function describeRight(area: string, { verb, ok: held, problem, fix }: DirectoryRight, others: readonly DirectoryRight[]): Finding {
  const { ok, warn, fail } = findingsOf(area);
  if (problem === null) return ok(`The service account may ${MAY[verb]}`);
  if (held === null) return warn(`Whether the service account may ${MAY[verb]} is not known: ${problem}`, fix);
  if (held) return warn(`The service account may ${MAY[verb]}: ${problem}`, fix);
  const more = others.map((other) => `; nor ${MAY[other.verb]}: ${other.problem}`).join('');
  // Without the policy, people learn of a rule only when the directory refuses.
  return (verb === 'read-policy' ? warn : fail)(`The service account may not ${MAY[verb]}: ${problem}${more}`, fix);
}

/** Nothing has to be granted for what is not used; what is granted all the same is worth a word. */
function describeUnused(area: string, { verb, ok: held }: DirectoryRight): Finding {
  const may = held === null ? 'Whether the service account may' : `The service account may${held ? '' : ' not'}`;
  return findingsOf(area).note(`${may} ${MAY[verb]}${held === null ? ' is not known' : ''}: the configuration does not use it`);
}

function describeSkew(area: string, skew: number): Finding {
  const { ok, warn, fail } = findingsOf(area);
  const seconds = Math.round(Math.abs(skew) / 1000);
  const text = `Its clock is ${seconds} s ${skew < 0 ? 'behind' : 'ahead of'} this machine's`;
  const fix = 'Let both follow the same time servers (NTP)';
  if (Math.abs(skew) >= SKEW_FAIL) return fail(text, fix);
  return Math.abs(skew) >= SKEW_WARN ? warn(text, fix) : ok(text);
}
