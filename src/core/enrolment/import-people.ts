import { AppError, type ErrorCode, isAppError } from '../../../shared/errors.ts';
import { accountKey } from '../accounts/candidate.ts';
import type { AccountRef, Directory } from '../ports/directory.ts';
import type { NewFactor } from './add-factor.ts';
import { type ChangedBy, type EnrolmentDeps, enrolFactors, isEnrolled } from './enrol-factors.ts';
import { readMailAddress } from './mail-address.ts';
import { readPhoneNumber } from './phone-number.ts';
import { readSeed } from './totp-seed.ts';

/** One person as a file names them. */
export interface ImportedPerson {
  readonly account: string;
  readonly directory?: string;
  readonly email: readonly string[];
  /** Telephone numbers. */
  readonly sms: readonly string[];
  readonly totp?: string;
  /** What the authenticator is called. */
  readonly label?: string;
}

/** Why one entry of a file was left out; the rest of the file goes on. `detail` holds no secret. */
export interface ImportProblem {
  readonly code: ErrorCode;
  readonly detail: string;
}

/** An entry of a file, or what is wrong with it; `place` says where it stands, for people. */
export type ImportEntry = { readonly place: string } & ({ readonly person: ImportedPerson } | { readonly problem: ImportProblem });

export interface ImportReport {
  /** Entries that were looked at. */
  read: number;
  /** People for whom something was enrolled, or would be. */
  changed: number;
  /** People for whom everything was there already. */
  unchanged: number;
  /** Proofs that were enrolled, or would be. */
  added: number;
  problems: number;
}

export interface ImportOptions {
  /** Everything is judged, and nothing written. */
  readonly dryRun: boolean;
  readonly by: ChangedBy;
  /** Countries to whose numbers texts are sent (ISO 3166-1). */
  readonly countries: readonly string[];
  /** The country of numbers in national form, one of `countries`; without it they are read only where there is a single one. */
  readonly region?: string;
  onProblem(place: string, problem: ImportProblem): Promise<void>;
  /** Called after each entry. */
  onProgress(report: Readonly<ImportReport>): void;
}

type Deps = EnrolmentDeps & { readonly directories: readonly Directory[] };

/**
 * Enrols people entry by entry: of one person all or nothing, and what is there already stays, so that the same file can be run again
 * after a fault. Holds no more of the file than the entry at hand, and a number for each person to notice one who is named twice.
 * @throws AppError `directory.*` or `store.*` when a server does not answer any more: what was done until then is done
 */
export async function importPeople(deps: Deps, entries: AsyncIterable<ImportEntry>, options: ImportOptions): Promise<ImportReport> {
  const report: ImportReport = { read: 0, changed: 0, unchanged: 0, added: 0, problems: 0 };
  const seen = new Set<number>();
  for await (const entry of entries) {
    report.read += 1;
    try {
      if ('problem' in entry) throw new AppError(entry.problem.code, { reason: entry.problem.detail });
      const wanted = proofsOf(entry.person, options);
      const account = await findOne(deps.directories, entry.person);
      if (!firstTime(deps, seen, account)) throw new AppError('enrolment.repeated-person', { reason: entry.person.account });
      const added = await enrol(deps, account, wanted, options);
      report.added += added;
      report[added > 0 ? 'changed' : 'unchanged'] += 1;
    } catch (error) {
      const problem = problemOf(error);
      report.problems += 1;
      await options.onProblem(entry.place, problem);
    }
    options.onProgress(report);
  }
  return report;
}

type Proof = Pick<NewFactor, 'kind' | 'label' | 'secret' | 'source'>;

function proofsOf({ email, sms, totp, label }: ImportedPerson, { countries, region }: ImportOptions): Proof[] {
  const addresses = email.map((text): Proof => {
    const secret = readMailAddress(text);
    if (secret === null) throw new AppError('enrolment.address-invalid', { reason: text.slice(0, 100) });
    return { kind: 'email', label: secret, secret, source: 'import' };
  });
  const numbers = sms.map((text): Proof => {
    const read = readPhoneNumber(text, countries, region);
    if ('problem' in read) throw new AppError('enrolment.number-invalid', { reason: `${text.slice(0, 40)}: ${read.problem}` });
    return { kind: 'sms', label: read.number, secret: read.number, source: 'import' };
  });
  const sent = [...addresses, ...numbers];
  if (totp === undefined && sent.length === 0) throw new AppError('enrolment.nothing-given', { reason: 'neither email nor sms nor totp' });
  if (totp === undefined) return sent;
  const read = readSeed(totp);
  if ('problem' in read) throw new AppError('enrolment.seed-invalid', { reason: read.problem });
  return [...sent, { kind: 'totp', label: label ?? 'Authenticator', secret: read.seed, source: 'import' }];
}

async function findOne(directories: readonly Directory[], { account: name, directory: id }: ImportedPerson): Promise<AccountRef> {
  const asked = directories.filter((directory) => id === undefined || directory.id === id);
  if (asked.length === 0) throw new AppError('directory.not-configured', { reason: id ?? 'none' });
  const [found, ...others] = (await Promise.all(asked.map((directory) => directory.findAccounts(name)))).flat();
  if (found === undefined) throw new AppError('directory.account-missing', { reason: name });
  if (others.length > 0) throw new AppError('directory.ambiguous', { reason: `${name}: ${others.length + 1} accounts` });
  return { directory: found.directory, id: found.id };
}

/** Whether the person was not met before in this file. 48 bits of a digest: among a million people two are taken for one once in 500 files. */
function firstTime({ keys }: Deps, seen: Set<number>, account: AccountRef): boolean {
  const mark = Buffer.from(keys.digest('guard-target', `import|${accountKey(account)}`), 'base64url').readUIntBE(0, 6);
  if (seen.has(mark)) return false;
  seen.add(mark);
  return true;
}

async function enrol(deps: Deps, account: AccountRef, wanted: readonly Proof[], { dryRun, by }: ImportOptions): Promise<number> {
  if (!dryRun) return (await enrolFactors(deps, account, wanted, by)).added.length;
  const missing = await Promise.all(wanted.map(async (proof) => !(await isEnrolled(deps, account, proof))));
  return missing.filter(Boolean).length;
}

/** What is a fault of one entry; anything else ends the import. */
const OF_ONE_ENTRY = /^(enrolment\..*|directory\.(account-missing|ambiguous|not-configured))$/;

function problemOf(error: unknown): ImportProblem {
  if (!isAppError(error) || !OF_ONE_ENTRY.test(error.code)) throw error;
  return { code: error.code, detail: String(error.details.reason ?? '') };
}
