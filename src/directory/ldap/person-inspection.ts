import type { LdapSettings } from '../../core/configuration/directory-section.ts';
import type { Directory } from '../../core/ports/directory.ts';
import type { DirectoryHealth, DirectoryNote, HealthOptions } from '../../core/ports/directory-health.ts';
import type { DirectoryBase } from './directory-base.ts';
import { sameDn } from './dn.ts';
import type { LdapEntry } from './entry.ts';
import { groupFilter } from './group-entry.ts';
import { incompletePeople, nobodyFound, type RightsReport, unknownRights } from './inspected-rights.ts';
import type { LdapKind } from './ldap-kind.ts';
import { minimumAges, passwordPlaces, passwordsElsewhere } from './people-notes.ts';
import type { PersonDialect } from './person-dialect.ts';
import { protectedForWant } from './person-protection.ts';
import { groupBaseOf, type ResolvedProtection } from './resolve-protection.ts';
import { limitNotes } from './search-all.ts';

/** People looked at when rights are inspected. */
const sampleSize = 10;
/** Milliseconds after which nobody further is looked at. */
const sampleTime = 15_000;

/** A directory of people's entries, as its health is asked for. */
export interface Inspected {
  readonly settings: LdapSettings;
  readonly base: DirectoryBase;
  readonly kind: LdapKind;
  readonly dialect: PersonDialect;
  readonly protection: { get(): Promise<ResolvedProtection> };
  readonly isProtected: Directory['isProtected'];
  /** Milliseconds since 1970. */
  now(): number;
}

/** What a directory of people's entries says of itself; with rights asked for, also what the service account may do and what stands in the way. */
export async function inspectPeople(inspected: Inspected, options: HealthOptions | undefined): Promise<DirectoryHealth> {
  const { settings, base, protection } = inspected;
  const health = await base.health(options, {
    rights: () => inspectRights(inspected),
    configured: async () => (await protection.get()).names,
  });
  if (options?.rights !== true || !health.serviceAccount.ok || health.configured.some(({ ok }) => !ok)) return health;
  const limited = await base.servers.read((connection) => limitNotes(connection, groupBaseOf(connection, settings), groupFilter()));
  return { ...health, notes: [...health.notes, ...limited, ...(await notesOnPeople(inspected))] };
}

async function inspectRights({ settings, base, kind, dialect, protection, isProtected }: Inspected): Promise<RightsReport> {
  const want = protectedForWant(await protection.get());
  if (want !== null) return { rights: unknownRights(`who is protected is not known (${want.reason})`), tooMuch: [] };
  const attributes = [...kind.accountAttributes, ...dialect.statusAttributes];
  const entries = await base.servers.read((connection) =>
    base.sample(connection, sampleSize, { attributes, binary: kind.binaryAttributes }),
  );
  const incomplete = entries.filter((entry) => kind.toAccount(entry) === null).length;
  if (incomplete > 0) return incompletePeople(incomplete, entries.length, kind.accountNeeds, dialect.readingFix);
  const served: LdapEntry[] = [];
  const end = performance.now() + sampleTime;
  for (const entry of entries) {
    if (performance.now() > end) break;
    const account = kind.toAccount(entry);
    if (account === null || sameDn(entry.dn, settings.serviceAccount.name)) continue;
    if (!(await isProtected(account)).protected) served.push(entry);
  }
  const fix = dialect.readingFix('Check baseDn and peopleFilter, or let it read');
  if (served.length === 0) return nobodyFound(settings.baseDn, fix);
  return base.servers.write((connection) => dialect.inspectRights(connection, served));
}

function notesOnPeople({ base, kind, dialect, now }: Inspected): Promise<DirectoryNote[]> {
  return base.servers.read(async (connection) => {
    const attributes = [...dialect.statusAttributes, ...passwordPlaces];
    const people = await base.sample(connection, sampleSize, { attributes, binary: kind.binaryAttributes });
    const ages = await minimumAges(connection, people, (on, entry) => dialect.readFacts(on, entry, now()));
    return [...passwordsElsewhere(people), ...ages];
  });
}
