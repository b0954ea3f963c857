import { isAppError } from '../../../shared/errors.ts';
import type { LdapSettings } from '../../core/configuration/directory-section.ts';
import type { Account, Directory } from '../../core/ports/directory.ts';
import type { NamedScopes } from '../../core/ports/membership.ts';
import type { Clock } from '../../core/ports/platform.ts';
import { type CachedLookup, createCachedLookup } from './cached-lookup.ts';

/**
 * Milliseconds for which a place or group that was found is taken to be what it was; short while it is missing. With the time between
 * two looks at who acts by a role (core/access/held-roles.ts) it stays below the minute in which a lost role must end sessions.
 */
const keepFound = 30_000;
const keepMissing = 10_000;

/** What a directory finds of one name, and whether it found it. */
interface Resolved {
  readonly names: readonly { readonly ok: boolean }[];
}

export interface MembershipQuestions<Settings, T extends Resolved> {
  readonly clock: Pick<Clock, 'now'>;
  readonly settings: Settings;
  /** Looks up what these settings put out of reach: the one name that is asked for. */
  resolve(settings: Settings): Promise<T>;
  isAt(found: T, account: Account): boolean;
  isIn(found: T, account: Account): Promise<boolean>;
}

/**
 * Tells membership by what finds out who is protected, with the same care: a name that is not there or not shown, and a person of whom
 * not everything may be read, are not known. Each name is looked up by itself, so that one that is missing leaves the others alone.
 */
export function createMembership<Settings extends LdapSettings, T extends Resolved>(
  questions: MembershipQuestions<Settings, T>,
): Directory['readMembership'] {
  const { clock, settings } = questions;
  // As many as the configuration names.
  const lookups = new Map<string, CachedLookup<T>>();

  const find = (kind: 'groups' | 'locations', name: string): Promise<T> => {
    const key = `${kind} ${name}`;
    const nothing = { groups: [], locations: [], logins: [], privileged: false };
    const keep = ({ names }: T): number => (names.every(({ ok }) => ok) ? keepFound : keepMissing);
    const lookup =
      lookups.get(key) ??
      createCachedLookup(clock, { keep }, () => questions.resolve({ ...settings, protected: { ...nothing, [kind]: [name] } }));
    lookups.set(key, lookup);
    return lookup.get();
  };

  const judge = async (kind: 'groups' | 'locations', name: string, account: Account): Promise<boolean | null> => {
    const found = await find(kind, name);
    if (!found.names.every(({ ok }) => ok)) return null;
    return kind === 'locations' ? questions.isAt(found, account) : questions.isIn(found, account);
  };

  return async (account, { places, groups }: NamedScopes) => ({
    places: await judgeEach(places, (name) => judge('locations', name, account)),
    groups: await judgeEach(groups, (name) => judge('groups', name, account)),
  });
}

async function judgeEach(
  names: readonly string[],
  judge: (name: string) => Promise<boolean | null>,
): Promise<Record<string, boolean | null>> {
  const verdicts: [string, boolean | null][] = [];
  for (const name of names) {
    try {
      verdicts.push([name, await judge(name)]);
    } catch (error) {
      if (!isAppError(error, 'directory.no-right') && !isAppError(error, 'directory.limit-exceeded')) throw error;
      verdicts.push([name, null]);
    }
  }
  return Object.fromEntries(verdicts);
}
