import type { FactorKind } from '../../../shared/api/journeys.ts';
import { withLines } from '../../../shared/fix-text.ts';
import { readRuleFacts } from '../accounts/read-rule-facts.ts';
import type { Configuration } from '../configuration/document.ts';
import type { CoreDeps } from '../core-deps.ts';
import { FROM_DIRECTORY } from '../enrolment/factors-of.ts';
import { kindsInWords } from '../factors/kinds-in-words.ts';
import { everyProofOf, FROM_LINK } from '../people/linked-proofs.ts';
import type { Directory } from '../ports/directory.ts';
import type { FactorRow } from '../ports/store.ts';
import { combinationsOf, type ProofRule, scopesNamed } from '../proof/rules.ts';
import { type FailureFindings, type Finding, findingsOf } from './finding.ts';

/** So many people of a directory are looked at for addresses that count there; more would make the doctor slow. */
const LOOKED_AT = 1000;
const AREA = 'enrolment';
const FIX = withLines(
  'Enrol people; the page enrolment.md of the handbook has all ways',
  'keyturn enrolment add NAME --kind email --address ADDRESS',
);

type Opened = Pick<CoreDeps, 'store' | 'keys'> & { readonly directories: readonly Directory[]; readonly failed: FailureFindings };

/**
 * How many people can give each combination that a rule of proof accepts: without them all is in order and nobody can recover anything. Where
 * addresses of a directory count, the first people in it are looked at, and the numbers are the least that is so.
 */
export async function checkEnrolment(runtime: Opened, configuration: Configuration): Promise<Finding[]> {
  const findings: Finding[] = [];
  const looked: Looked[] = [];
  for (const { id, contacts } of configuration.directories) {
    const directory = runtime.directories.find((candidate) => candidate.id === id);
    if ((contacts.email ?? contacts.sms) === undefined || directory === undefined) continue;
    try {
      const people = await lookAt(runtime, directory);
      looked.push(people);
      if (contacts.email !== undefined) findings.push(describeContacts(directory, people, 'email', contacts.email.attributes));
      if (contacts.sms !== undefined) findings.push(describeContacts(directory, people, 'sms', contacts.sms.attributes));
    } catch (error) {
      findings.push(...runtime.failed(AREA, error));
    }
  }
  const { rules } = configuration.recovery;
  const counts: Finding[] = [];
  for (const rule of rules) {
    const accepted = combinationsOf(rule);
    const where = rules.length === 1 ? '' : ` where the rule "${rule.name}" applies to them`;
    const directories = rule.when.directories ?? configuration.directories.map(({ id }) => id);
    const own = looked.filter(({ directory }) => directories.includes(directory));
    if (accepted.length > 0) counts.push(...(await countEach(runtime, own, { accepted, directories, where })));
  }
  for (const directory of runtime.directories) {
    const atProof = { in: 'recovery.rules', effect: 'everybody must prove enough either way' };
    counts.push(...(await checkScopes({ directory, failed: runtime.failed }, rules, atProof)));
    const asked = { in: 'enrolment.required', effect: 'nobody is forced to enrol by it' };
    counts.push(...(await checkScopes({ directory, failed: runtime.failed }, configuration.enrolment.required, asked)));
    const second = { in: 'helpdesk.approvals', effect: 'a second agent has to approve for everybody of it' };
    counts.push(...(await checkScopes({ directory, failed: runtime.failed }, configuration.helpdesk.approvals, second)));
  }
  return [...counts, ...findings];
}

/** Whether a directory tells of the places and groups that rules of proof name. Asked of one of its people: it is the same for all. */
async function checkScopes(
  { directory, failed }: { directory: Directory; failed: FailureFindings },
  rules: readonly Pick<ProofRule, 'name' | 'when'>[],
  { in: section, effect }: { in: string; effect: string },
): Promise<Finding[]> {
  const { places, groups } = scopesNamed(rules, directory.id);
  if (places.length + groups.length === 0) return [];
  const { ok, warn } = findingsOf(AREA);
  try {
    const [person] = (await directory.search({ pageSize: 1 })).accounts;
    if (person === undefined) return [];
    const { membership } = await readRuleFacts(directory, rules, person);
    const verdicts = Object.entries({ ...membership.places, ...membership.groups });
    return verdicts.map(([name, verdict]) =>
      verdict === null
        ? warn(
            `${directory.id} does not tell who belongs to ${name}, which ${section} names: ${effect}`,
            `Correct the name in ${section}, or let the service account read it and the people’s groups`,
          )
        : ok(`${directory.id} tells who belongs to ${name}`),
    );
  } catch (error) {
    return failed(AREA, error);
  }
}

interface Looked {
  directory: string;
  /** What each person has, in the order of the search. */
  people: FactorRow[][];
  /** There are more than were looked at. */
  more: boolean;
}

async function lookAt(runtime: Opened, directory: Directory): Promise<Looked> {
  const { accounts, cursor } = await directory.search({ pageSize: LOOKED_AT });
  const people: FactorRow[][] = [];
  for (const account of accounts) people.push(await everyProofOf(runtime, account));
  return { directory: directory.id, people, more: cursor !== null };
}

function describeContacts(directory: Directory, { people, more }: Looked, of: 'email' | 'sms', attributes: readonly string[]): Finding {
  const { ok, warn } = findingsOf(AREA);
  const having = people.filter((factors) => factors.some(({ kind, source }) => kind === of && source === FROM_DIRECTORY)).length;
  const among = `${having} of ${more ? `the first ${people.length}` : people.length} people of ${directory.id}`;
  const where = attributes.join(', ');
  const what = of === 'email' ? 'an address' : 'a mobile number';
  if (having > 0 || people.length === 0) return ok(`${among} have ${what} in ${where} that counts`);
  const also = of === 'email' ? 'exceptDomains' : 'countries';
  return warn(`${among} show ${what} in ${where} that counts`, `Fill ${where}, or let the service account read it; see also ${also}`);
}

async function countEach(
  { store }: Opened,
  looked: readonly Looked[],
  { accepted, directories, where }: { accepted: readonly FactorKind[][]; directories: readonly string[]; where: string },
): Promise<Finding[]> {
  const { ok, warn } = findingsOf(AREA);
  const more = looked.some((one) => one.more);
  const counted = await Promise.all(
    accepted.map(async (all) => {
      // Who has a manager the directory alone knows: `report stranded` asks it of everybody, which would make the doctor slow.
      const kinds = all.filter((kind) => kind !== 'manager');
      const byAddressOfDirectory = looked
        .flatMap(({ people }) => people)
        .filter((factors) => gives(kinds, factors) && !gives(kinds, enrolledOf(factors)));
      const people = (await store.factors.countAccounts(kinds, directories)) + byAddressOfDirectory.length;
      return { kinds: all, people };
    }),
  );
  if (counted.every(({ people }) => people === 0)) {
    const ways = accepted.map(kindsInWords).join(', or ');
    return [warn(`Nobody${more ? ' of those looked at' : ''} can recover an account${where}: not one person has ${ways}`, FIX)];
  }
  return counted.map(({ kinds, people }) =>
    ok(
      `${more ? 'at least ' : ''}${people === 1 ? '1 person' : `${people} people`} can recover with ${kindsInWords(kinds)}${where}${kinds.includes('manager') ? ', as far as they have a manager who can be asked, which `report stranded` finds out' : ''}`,
    ),
  );
}

function gives(kinds: readonly FactorKind[], factors: readonly FactorRow[]): boolean {
  return kinds.every((kind) => factors.some((factor) => factor.kind === kind));
}

function enrolledOf(factors: readonly FactorRow[]): FactorRow[] {
  return factors.filter(({ source }) => source !== FROM_DIRECTORY && source !== FROM_LINK);
}
