import { REMOVABLE_KINDS } from './removable-kinds.ts';

/** States by which people can be looked for, where their directory can be asked for them. */
export const PEOPLE_FILTERS = ['locked', 'disabled', 'must-change', 'expiring', 'expired'] as const;
/** Within how many days a password that is `expiring` ends, where nothing else is asked for; and at most. */
export const EXPIRING_DAYS = 14;
export const MOST_EXPIRING_DAYS = 90;
export type PeopleFilter = (typeof PEOPLE_FILTERS)[number];

/** What people have set up: something, nothing, one kind of proof, or none of that kind. */
export const ENROLLED_FILTERS = ['yes', 'no', ...REMOVABLE_KINDS, ...REMOVABLE_KINDS.map((kind) => `no-${kind}` as const)] as const;
export type EnrolledFilter = (typeof ENROLLED_FILTERS)[number];

/** Characters of the name of a place below which people are looked for. */
export const LONGEST_PLACE = 1000;

/** Whether somebody who has these kinds is among those who are looked for. */
export function isEnrolledAs(wanted: EnrolledFilter, kinds: readonly string[]): boolean {
  if (wanted === 'yes' || wanted === 'no') return kinds.length > 0 === (wanted === 'yes');
  const kind = wanted.replace(/^no-/, '');
  return kinds.includes(kind) === (kind === wanted);
}
