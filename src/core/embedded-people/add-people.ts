import { AppError, type ErrorCode, isAppError } from '../../../shared/errors.ts';
import type { EmbeddedAccountRow } from '../ports/embedded-store.ts';
import { type AddingDeps, type AddOptions, addPerson, judgePerson, nobodysPassword } from './add-person.ts';
import type { KeepingDirectory } from './kept-in.ts';
import type { NamedPerson } from './read-person.ts';

/** An entry of a file, or what is wrong with it; `place` says where it stands, for people. */
export type PersonEntry = { readonly place: string } & (
  | { readonly person: NamedPerson }
  | { readonly problem: { readonly code: ErrorCode; readonly detail: string } }
);

export interface AddingReport {
  /** Entries that were looked at. */
  read: number;
  /** People who were added, or would be. */
  added: number;
  /** People who are there as the file names them. */
  present: number;
  problems: number;
}

export interface AddPeopleOptions {
  /** Everything is judged, and nothing written. */
  readonly dryRun: boolean;
  readonly by: AddOptions['by'];
  onProblem(place: string, problem: { code: ErrorCode; detail: string }): Promise<void>;
  /** Called for each that was added, behind its transaction. Not in a dry run. */
  onAdded(row: EmbeddedAccountRow): Promise<void>;
  /** Called after each entry. */
  onProgress(report: Readonly<AddingReport>): void;
}

/**
 * Adds people entry by entry, none of them with a password: each all or nothing, and who is there already stays as they are, so that the
 * same file can be run again after a fault. Who is named before their manager waits for them until the end of the file.
 * @throws AppError `store.*` when the database does not answer any more: what was done until then is done
 */
export async function addPeople(
  deps: AddingDeps,
  directory: KeepingDirectory,
  entries: AsyncIterable<PersonEntry>,
  options: AddPeopleOptions,
): Promise<AddingReport> {
  const report: AddingReport = { read: 0, added: 0, present: 0, problems: 0 };
  const passwordHash = options.dryRun ? '' : await nobodysPassword(deps, directory);
  const seen = new Set<string>();
  const planned = new Set<string>();
  let waiting: { place: string; person: NamedPerson }[] = [];

  async function add(person: NamedPerson): Promise<void> {
    if (options.dryRun) {
      const outcome = await judgePerson(deps, directory, person, planned);
      report[outcome] += 1;
      const login = directory.normaliseIdentifier(person.account);
      if (outcome === 'added' && login !== null) planned.add(login);
      return;
    }
    const { outcome, row } = await addPerson(deps, directory, person, {
      by: options.by,
      mustChange: true,
      hasPassword: false,
      passwordHash,
    });
    report[outcome] += 1;
    if (outcome === 'added') await options.onAdded(row);
  }

  async function tell(place: string, error: unknown): Promise<void> {
    if (!isAppError(error) || !OF_ONE_ENTRY.test(error.code)) throw error;
    report.problems += 1;
    await options.onProblem(place, { code: error.code, detail: String(error.details.reason ?? '') });
  }

  for await (const entry of entries) {
    report.read += 1;
    try {
      if ('problem' in entry) throw new AppError(entry.problem.code, { reason: entry.problem.detail });
      const { person } = entry;
      const login = directory.normaliseIdentifier(person.account);
      if (login !== null && seen.has(login)) throw new AppError('people.repeated', { reason: login });
      if (login !== null) seen.add(login);
      await add(person);
    } catch (error) {
      if ('person' in entry && isAppError(error, 'people.manager-missing')) waiting.push(entry);
      else await tell(entry.place, error);
    }
    options.onProgress(report);
  }

  // In as many rounds as there are managers above each other. What is left names nobody, or goes round in a circle.
  for (let isGoingOn = true; isGoingOn && waiting.length > 0; ) {
    const round = waiting;
    waiting = [];
    for (const { place, person } of round) {
      try {
        await add(person);
      } catch (error) {
        if (isAppError(error, 'people.manager-missing')) waiting.push({ place, person });
        else await tell(place, error);
      }
    }
    isGoingOn = waiting.length < round.length;
  }
  for (const { place, person } of waiting) await tell(place, new AppError('people.manager-missing', { reason: person.manager ?? '' }));
  return report;
}

/** What is a fault of one entry; anything else ends the import. */
const OF_ONE_ENTRY = /^(people|enrolment)\./;
