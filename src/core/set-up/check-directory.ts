import type { CheckedDirectory } from '../../../shared/api/set-up.ts';
import { AppError, isAppError } from '../../../shared/errors.ts';
import { fixParts } from '../../../shared/fix-text.ts';
import { type DirectorySettings, directorySchema } from '../configuration/directory-section.ts';
import { type Configuration, configurationSchema } from '../configuration/document.ts';
import { formatPath } from '../configuration/format-path.ts';
import { delegationFor } from '../delegation/delegation.ts';
import { verbsInUse } from '../delegation/verbs-in-use.ts';
import { certificateEndFindings, NEW_CERTIFICATE } from '../health/certificate-end.ts';
import { findingsOf } from '../health/finding.ts';
import type { Directory } from '../ports/directory.ts';
import type { DirectoryHealth, DirectoryVerb } from '../ports/directory-health.ts';
import type { Clock } from '../ports/platform.ts';
import type { SetUpTools } from '../ports/set-up-tools.ts';
import { directorySectionOf, documentOf } from './document-of.ts';
import type { SetUpFacts } from './facts.ts';

/** People who are counted, at most, and for how long; milliseconds. */
const MOST = 5000;
const COUNTING = 8000;

type Finding = CheckedDirectory['findings'][number];

/**
 * What the service account is to be granted, whether it has it, and how many people are found.
 * @throws AppError `set-up.incomplete` while nothing is said of the directory
 */
export async function checkDirectory(tools: SetUpTools, clock: Clock, facts: SetUpFacts): Promise<CheckedDirectory> {
  const section = sectionOf(tools, facts);
  const verbs = verbsInUse(configurationOf(tools, facts), section);
  const delegations = delegationFor(section, verbs);
  const wrong = tools.checkContext
    .sectionProblems(section)
    .map(({ path, message }): Finding => ({ level: 'error', text: `${formatPath(path)}: ${message}`, fix: null }));
  const password = facts.secrets.directory;
  if (wrong.length > 0 || password === undefined) return { delegations, findings: wrong, people: null };
  const directory = tools.openDirectory(section, password);
  try {
    const findings = describe(await directory.health({ rights: true }), verbs, clock.now());
    const isBlind = findings.some(({ level }) => level === 'error') && !findings.some(({ level }) => level === 'ok');
    return { delegations, findings, people: isBlind ? null : await countPeople(directory, clock) };
  } catch (error) {
    if (!isAppError(error)) throw error;
    const text = `${String(error.details.problem ?? '')} (${error.code})`.trim();
    return { delegations, findings: [{ level: 'error', text, fix: String(error.details.fix ?? '') || null }], people: null };
  } finally {
    await directory.close();
  }
}

function sectionOf(tools: SetUpTools, { answers }: SetUpFacts): Exclude<DirectorySettings, { kind: 'embedded' }> {
  const parsed = directorySchema.safeParse(directorySectionOf(answers, tools.places));
  if (!parsed.success || parsed.data.kind === 'embedded') throw new AppError('set-up.incomplete');
  return parsed.data;
}

/** With what is chosen of rules and roles, and what is usual where nothing is yet. */
function configurationOf(tools: SetUpTools, { answers }: SetUpFacts): Pick<Configuration, 'recovery' | 'roles'> {
  const usual = {
    ...{ organisation: { name: 'Keyturn', publicUrl: 'https://localhost', language: 'en' as const }, template: 'small-company' as const },
    ...{ roles: { administrators: 'administrators', helpdesk: 'helpdesk' }, ...answers },
    mail: { host: 'localhost', port: 25, security: 'none' as const, user: '', from: 'keyturn@localhost' },
  };
  const parsed = configurationSchema.safeParse(documentOf(usual, tools.places));
  if (!parsed.success) throw new AppError('set-up.incomplete');
  return parsed.data;
}

function describe(
  { servers, serviceAccount, configured, rights, tooMuch, notes }: DirectoryHealth,
  verbs: ReadonlySet<DirectoryVerb>,
  now: number,
): Finding[] {
  const finding = (level: Finding['level'], text: string, fix: string | null): Finding => ({ level, text, fix });
  const anyServer = servers.some(({ ok }) => ok);
  const ending = servers.flatMap(({ url, certificateEnds }) =>
    certificateEndFindings(findingsOf('directory'), `The certificate of ${url}`, certificateEnds, NEW_CERTIFICATE, now),
  );
  return (
    [
      ...servers.map(({ url, ok, problem, fix }) =>
        ok ? finding('ok', url, null) : finding(anyServer ? 'warning' : 'error', `${url}: ${problem ?? ''}`, fix),
      ),
      ...ending.map(({ text }) => finding('warning', text, NEW_CERTIFICATE)),
      ...(serviceAccount.ok || !anyServer ? [] : [finding('error', serviceAccount.problem ?? '', serviceAccount.fix)]),
      ...configured.filter(({ ok }) => !ok).map(({ setting, value, text, fix }) => finding('error', `${setting} ${value}: ${text}`, fix)),
      ...rights.flatMap((right) => {
        if (!verbs.has(right.verb)) return [];
        if (right.problem === null) return [finding('ok', right.verb, null)];
        return [finding(right.ok === false && right.verb !== 'read-policy' ? 'error' : 'warning', right.problem, right.fix)];
      }),
      ...tooMuch.map((sentence) => finding('warning', sentence, null)),
      ...notes.flatMap(({ text, fix }) => (fix === null ? [] : [finding('warning', text, fix)])),
    ]
      // What hides one thing hides it from several rights.
      .filter(({ text }, index, all) => all.findIndex((other) => other.text === text) === index)
      .map((each) => ({ ...each, fix: each.fix === null || fixParts(each.fix).sentence === '' ? null : each.fix }))
  );
}

/** Stops the walk when enough were seen; nobody is told of it. */
class Enough extends Error {}

async function countPeople(directory: Directory, clock: Clock): Promise<CheckedDirectory['people']> {
  const end = clock.monotonic() + COUNTING;
  let count = 0;
  try {
    await directory.forEachPerson(async (accounts) => {
      count += accounts.length;
      if (count >= MOST || clock.monotonic() > end) throw new Enough();
    });
    return { count, more: false };
  } catch (error) {
    if (error instanceof Enough || isAppError(error, 'directory.limit-exceeded')) return { count, more: true };
    if (isAppError(error)) return null;
    throw error;
  }
}
