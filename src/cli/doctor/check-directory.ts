import type {
  ConfiguredName,
  Directory,
  DirectoryHealth,
  DirectoryKind,
  DirectoryRight,
  DirectoryVerb,
} from '../../core/ports/directory.ts';
import { failureFindings } from './failure-findings.ts';
import { type Finding, findingsOf } from './finding.ts';

/** Tickets of Kerberos are refused beyond five minutes (RFC 4120 1.6); one minute already confuses people. */
const SKEW_FAIL = 5 * 60_000;
const SKEW_WARN = 60_000;

/** Servers, service account and its rights, clock and what else a directory says about itself. */
export async function checkDirectory(directory: Directory): Promise<Finding[]> {
  const area = `directory ${directory.id}`;
  try {
    return describeHealth(area, await directory.health({ rights: true }), directory.kind);
  } catch (error) {
    return failureFindings(area, error);
  }
}

export function describeHealth(area: string, health: DirectoryHealth, kind: DirectoryKind): Finding[] {
  const { ok, warn, fail } = findingsOf(area);
  const anyServer = health.servers.some((server) => server.ok);
  const findings = health.servers.map((server) => {
    if (server.ok) return ok(`${server.url} answers${server.latency === null ? '' : ` in ${Math.round(server.latency)} ms`}`);
    // With another server at work, people notice nothing yet.
    return (anyServer ? warn : fail)(`${server.url}: ${server.problem ?? 'does not answer'}`, server.fix ?? undefined);
  });
  // A directory that Keyturn keeps itself.
  if (health.servers.length === 0) findings.push(ok('Needs no server of its own'));
  const { serviceAccount, clockSkew } = health;
  if (anyServer) {
    findings.push(
      serviceAccount.ok
        ? ok('The service account is accepted')
        : fail(serviceAccount.problem ?? 'The service account is refused', 'Check serviceAccount.name and its password'),
    );
  }
  if (clockSkew !== null) findings.push(describeSkew(area, clockSkew));
  const excess = `Take it away: ${PAGES}/${kind}.md lists all that the service account needs`;
  return [
    ...findings,
    ...health.configured.map((name) => describeName(area, name)),
    ...health.rights.map((right) => describeRight(area, right)),
    ...health.tooMuch.map((sentence) => warn(sentence, excess)),
    ...health.notes.map((note) => warn(note)),
  ];
}

function describeName(area: string, { setting, value, ok: there, text, fix }: ConfiguredName): Finding {
  const { ok, fail } = findingsOf(area);
  const sentence = `${setting}${value === '' ? '' : ` ${value}`}: ${text}`;
  return there ? ok(sentence) : fail(`${sentence}. Nobody can recover an account here until this is put right`, fix ?? undefined);
}

const PAGES = 'docs/handbook/directories';

const MAY: Readonly<Record<DirectoryVerb, string>> = {
  read: 'read people',
  'reset-password': 'reset passwords',
  'unlock-account': 'unlock accounts',
  'require-change': 'demand a new password at the next sign-in',
  'read-policy': 'read the password policy',
};

function describeRight(area: string, { verb, ok: held, problem, fix }: DirectoryRight): Finding {
  const { ok, warn, fail } = findingsOf(area);
  const because = problem === null ? '' : `: ${problem}`;
  if (held === null) return warn(`Whether the service account may ${MAY[verb]} is not known${because}`, fix ?? undefined);
  if (held) return (problem === null ? ok : warn)(`The service account may ${MAY[verb]}${because}`, fix ?? undefined);
  // Without the policy, people learn of a rule only when the directory refuses.
  return (verb === 'read-policy' ? warn : fail)(`The service account may not ${MAY[verb]}${because}`, fix ?? undefined);
}

function describeSkew(area: string, skew: number): Finding {
  const { ok, warn, fail } = findingsOf(area);
  const seconds = Math.round(Math.abs(skew) / 1000);
  const text = `Its clock is ${seconds} s ${skew < 0 ? 'behind' : 'ahead of'} this machine's`;
  const fix = 'Let both follow the same time servers (NTP)';
  if (Math.abs(skew) >= SKEW_FAIL) return fail(text, fix);
  return Math.abs(skew) >= SKEW_WARN ? warn(text, fix) : ok(text);
}
