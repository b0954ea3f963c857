import { AppError } from '../../../shared/errors.ts';
import { recordEvent } from '../audit/record-event.ts';
import type { CoreDeps } from '../core-deps.ts';
import { actorOf, type ChangedBy, type EnrolmentDeps, takeTurn } from '../enrolment/enrol-factors.ts';
import { explainPolicy, type PolicyExplanation } from '../password-policy/explain-policy.ts';
import type { EmbeddedAccountRow } from '../ports/embedded-store.ts';
import type { NewPerson } from '../ports/kept-people.ts';
import type { Store } from '../ports/store.ts';
import { randomId, randomToken } from '../random-id.ts';
import type { KeepingDirectory } from './kept-in.ts';
import { type NamedPerson, readPerson } from './read-person.ts';

export type AddingDeps = EnrolmentDeps;

/** Stands for everybody who is added to a directory, who take turns. */
const TURN = '';

/** How a first password is judged: by all that judges one that is set later, but for what an earlier one has to do with it. */
export async function judgeFirstPassword(
  deps: Pick<CoreDeps, 'breached' | 'configuration' | 'dictionary' | 'clock'>,
  directory: KeepingDirectory,
  named: NamedPerson,
  password: string,
): Promise<PolicyExplanation> {
  const { keptPeople } = directory;
  const facts = keptPeople.factsOf(keptPeople.rowOf({ ...readPerson(directory, named), mustChange: true }, 'nobody-yet', ''));
  return explainPolicy(deps, facts, password, deps.clock.now());
}

/** The hash of a password that nobody knows, for people who have none yet: no password is right for them until they, or somebody for them, set one. */
export function nobodysPassword({ random }: Pick<AddingDeps, 'random'>, { keptPeople }: KeepingDirectory): Promise<string> {
  return keptPeople.hashPassword(randomToken(random));
}

/** What somebody has by the row that is kept of them, and is asked for otherwise. */
export type Difference = 'name' | 'givenName' | 'surname' | 'mail' | 'phone' | 'employeeNumber' | 'language' | 'manager' | 'groups';

/** What came of it: `present` is there already, `added` would be or is. */
export type Added = { readonly outcome: 'added' | 'present'; readonly row: EmbeddedAccountRow };

export interface AddOptions {
  readonly by: Pick<ChangedBy, 'author' | 'actor' | 'reason'>;
  /** True also for who has no password yet: they may set one at once, whatever its least age is. */
  readonly mustChange: boolean;
  /** null: they have no password yet. Only for the log: `passwordHash` is what counts. */
  readonly hasPassword: boolean;
  readonly passwordHash: string;
}

/**
 * Keeps somebody, all of them or nothing, in the transaction that writes it into the audit log. What is there already is never changed by
 * it. People are added to a directory one after the other, so that two at once do not get one name.
 * @throws AppError `people.field-invalid`; `people.present` where the sign-in name is somebody's of whom something else is known;
 * `people.identifier-taken` where a name, address or number already finds somebody else; `people.manager-missing`
 */
export async function addPerson(deps: AddingDeps, directory: KeepingDirectory, named: NamedPerson, options: AddOptions): Promise<Added> {
  const person = readPerson(directory, named);
  const { author, reason } = options.by;
  return deps.store.transaction(async (store) => {
    await takeTurn(deps, store, { directory: directory.id, id: TURN });
    const judged = await judgeNew(store, directory, named, person);
    if ('present' in judged) return { outcome: 'present', row: judged.present };
    const id = randomId(deps.random);
    const row = directory.keptPeople.rowOf({ ...person, ...judged, mustChange: options.mustChange }, id, options.passwordHash);
    await recordEvent(store, deps.clock, {
      type: 'directory.person-added',
      ...{
        account: { directory: directory.id, id },
        name: row.login,
        author,
        actor: actorOf(options.by),
        hasPassword: options.hasPassword,
      },
      ...(reason === undefined ? {} : { reason }),
    });
    if (!(await store.embedded.insert(row))) throw new AppError('people.present', { reason: row.login });
    return { outcome: 'added', row };
  });
}

/**
 * Judges without writing, for a dry run.
 * @param planned sign-in names that would be there by then, in their one spelling
 * @throws AppError as `addPerson`
 */
export async function judgePerson(
  { store }: Pick<AddingDeps, 'store'>,
  directory: KeepingDirectory,
  named: NamedPerson,
  planned: ReadonlySet<string>,
): Promise<Added['outcome']> {
  const person = readPerson(directory, named);
  const manager = named.manager === undefined ? null : directory.normaliseIdentifier(named.manager);
  const { manager: _planned, ...alone } = named;
  const judged = await judgeNew(store, directory, manager !== null && planned.has(manager) ? alone : named, person);
  return 'present' in judged ? 'present' : 'added';
}

/**
 * Who has one of the identifiers already, as they are named, or what else has to be known to add them.
 * @throws AppError as `addPerson`
 */
async function judgeNew(
  store: Pick<Store, 'embedded'>,
  directory: KeepingDirectory,
  named: NamedPerson,
  person: Omit<NewPerson, 'managerId'>,
): Promise<{ managerId?: string } | { present: EmbeddedAccountRow }> {
  const managerId = await findManager(store, directory, named.manager);
  const managed = managerId === undefined ? {} : { managerId };
  for (const identifier of [person.login, person.mail, person.employeeNumber]) {
    const spelling = identifier === undefined ? null : directory.normaliseIdentifier(identifier);
    if (spelling === null) continue;
    const found = await store.embedded.findByIdentifier(directory.id, spelling);
    const other = found.find((row) => row.login !== person.login);
    if (other !== undefined) throw new AppError('people.identifier-taken', { reason: `${spelling} finds ${other.login}` });
    const [same] = found;
    if (same === undefined) continue;
    const differs = differencesOf(same, directory.keptPeople.rowOf({ ...person, ...managed }, same.id, ''), named);
    if (differs.length > 0) throw new AppError('people.present', { reason: `${person.login}: other ${differs.join(', ')}` });
    return { present: same };
  }
  return managed;
}

async function findManager(
  { embedded }: Pick<Store, 'embedded'>,
  directory: KeepingDirectory,
  name: string | undefined,
): Promise<string | undefined> {
  if (name === undefined) return undefined;
  const spelling = directory.normaliseIdentifier(name);
  const found = spelling === null ? [] : await embedded.findByIdentifier(directory.id, spelling);
  const [manager, ...others] = found;
  if (manager === undefined || others.length > 0) throw new AppError('people.manager-missing', { reason: name.slice(0, 60) });
  return manager.id;
}

/** Of what was named alone: what a file does not tell of somebody may be as it is. */
function differencesOf(row: EmbeddedAccountRow, wanted: EmbeddedAccountRow, named: NamedPerson): Difference[] {
  const groupsOf = (each: EmbeddedAccountRow) =>
    each.groups
      .map((name) => name.toLowerCase())
      .toSorted()
      .join('\n');
  const differs: Record<Difference, boolean> = {
    name: named.name !== undefined && row.displayName !== wanted.displayName,
    givenName: named.givenName !== undefined && row.givenName !== wanted.givenName,
    surname: named.surname !== undefined && row.surname !== wanted.surname,
    mail: named.mail !== undefined && row.mail !== wanted.mail,
    phone: named.phone !== undefined && row.mobile !== wanted.mobile,
    employeeNumber: named.employeeNumber !== undefined && row.employeeNumber !== wanted.employeeNumber,
    language: named.language !== undefined && row.language !== wanted.language,
    manager: named.manager !== undefined && row.managerId !== wanted.managerId,
    groups: named.groups.length > 0 && groupsOf(row) !== groupsOf(wanted),
  };
  return (Object.keys(differs) as Difference[]).filter((field) => differs[field]);
}
