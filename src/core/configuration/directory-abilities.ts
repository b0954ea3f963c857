import { type Goal, isRecoveryGoal } from '../../../shared/api/journeys.ts';
import { PEOPLE_FILTERS } from '../../../shared/people-filters.ts';
import type { DirectoryAbilities } from '../ports/directory.ts';
import type { DirectorySettings } from './directory-section.ts';

const everything: DirectoryAbilities = {
  verbs: ['reset-password', 'unlock-account', 'require-change'],
  tells: ['locked', 'disabled', 'account-expired'],
  finds: [...PEOPLE_FILTERS],
};

/** What a directory of this section can do and tell; known before any server is asked, so that the configuration can be judged by it. */
export function abilitiesOf(settings: DirectorySettings): DirectoryAbilities {
  const stated =
    'untoldPasswords' in settings && settings.untoldPasswords === 'prove-the-owner' ? ({ untoldPasswordsAreOwn: true } as const) : {};
  // All people of an embedded directory are at one place.
  if (settings.kind === 'embedded') return { ...everything, ...stated };
  const places = { findsBelowPlaces: true } as const;
  if (settings.kind !== 'ldap') return { ...everything, ...places, ...stated };
  // LDAP has no standard for locks and marks; who is disabled is known only where the people filter leaves them out.
  const leftOut = settings.disabledPeople === 'left-out-by-people-filter';
  const { lockout } = settings;
  return {
    verbs: ['reset-password'],
    tells: leftOut ? ['disabled', 'account-expired'] : [],
    finds: [],
    ...places,
    ...stated,
    ...(lockout === undefined ? {} : { statedLockout: { failures: lockout.failures, within: lockout.minutes * 60_000 } }),
  };
}

/** Whether at least one of the directories can serve a goal. Every directory can be searched for a user name, and asked for a password. */
export function isServed(goal: Goal, directories: readonly DirectorySettings[]): boolean {
  return goal === 'find-username' || !isRecoveryGoal(goal) || directories.some((settings) => abilitiesOf(settings).verbs.includes(goal));
}
