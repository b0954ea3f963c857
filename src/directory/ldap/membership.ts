import { isAppError } from '../../../shared/errors.ts';
import type { LdapSettings } from '../../core/configuration/directory-section.ts';
import type { Account, Directory } from '../../core/ports/directory.ts';
import type { ConfiguredName } from '../../core/ports/directory-health.ts';
import type { NamedScopes, WantedName } from '../../core/ports/membership.ts';
import type { Clock } from '../../core/ports/platform.ts';
import { type CachedLookup, createCachedLookup } from './cached-lookup.ts';

/**
 * Milliseconds for which a place or group that was found is taken to be what it was; short while it is missing. With the time between
 * two looks at who acts by a role (core/access/held-roles.ts) it stays below the minute in which a lost role must end sessions.
 */
const keepFound = 30_000;
const keepMissing = 10_000;

/** What a directory finds of one name, and whether it found it. */
export type SettingOf = (kind: 'groups' | 'locations' | 'logins', index: number) => string;

/** Where the names of the section `protected` stand. */
export const inProtected: SettingOf = (kind, index) => `protected.${kind}[${index}]`;

const KINDS = { place: 'locations', group: 'groups' } as const;

interface Resolved {
  readonly names: readonly ConfiguredName[];
}

export interface MembershipQuestions<Settings, T extends Resolved> {
  readonly clock: Pick<Clock, 'now'>;
  readonly settings: Settings;
  /** Looks up what these settings put out of reach: the one name that is asked for. `settingOf`: where it stands in truth. */
  resolve(settings: Settings, settingOf?: SettingOf): Promise<T>;
  isAt(found: T, account: Account): boolean;
  isIn(found: T, account: Account): Promise<boolean>;
}

/**
 * Tells membership by what finds out who is protected, with the same care: a name that is not there or not shown, and a person of whom
 * not everything may be read, are not known. Each name is looked up by itself, so that one that is missing leaves the others alone.
 */
export function createMembership<Settings extends LdapSettings, T extends Resolved>(
  questions: MembershipQuestions<Settings, T>,
): Pick<Directory, 'readMembership' | 'lookUpNames'> {
  const { clock, settings } = questions;
  // As many as the configuration names.
  const lookups = new Map<string, CachedLookup<T>>();

  const only = (kind: 'groups' | 'locations', name: string): Settings => {
    const nothing = { groups: [], locations: [], logins: [], privileged: false };
    return { ...settings, protected: { ...nothing, [kind]: [name] } };
  };
  const find = (kind: 'groups' | 'locations', name: string): Promise<T> => {
    const key = `${kind} ${name}`;
    const keep = ({ names }: T): number => (names.every(({ ok }) => ok) ? keepFound : keepMissing);
    const lookup = lookups.get(key) ?? createCachedLookup(clock, { keep }, () => questions.resolve(only(kind, name)));
    lookups.set(key, lookup);
    return lookup.get();
  };

  const judge = async (kind: 'groups' | 'locations', name: string, account: Account): Promise<boolean | null> => {
    const found = await find(kind, name);
    if (!found.names.every(({ ok }) => ok)) return null;
    return kind === 'locations' ? questions.isAt(found, account) : questions.isIn(found, account);
  };

  return {
    async readMembership(account, { places, groups }: NamedScopes) {
      return {
        places: await judgeEach(places, (name) => judge('locations', name, account)),
        groups: await judgeEach(groups, (name) => judge('groups', name, account)),
      };
    },
    async lookUpNames(wanted: readonly WantedName[]) {
      const looked: ConfiguredName[] = [];
      for (const { kind, value, setting } of wanted) {
        const { names } = await questions.resolve(only(KINDS[kind], value), () => setting);
        looked.push(...names.filter((name) => name.setting === setting));
      }
      return looked;
    },
  };
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
