/** States by which people can be looked for, where their directory can be asked for them. */
export const PEOPLE_FILTERS = ['locked', 'disabled', 'must-change'] as const;
export type PeopleFilter = (typeof PEOPLE_FILTERS)[number];
