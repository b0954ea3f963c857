import { ENROLLED_FILTERS, type EnrolledFilter, LONGEST_PLACE, PEOPLE_FILTERS, type PeopleFilter } from '../../../shared/people-filters.ts';

/** What the list of people shows, as the address of the page says it: a list can be sent to a colleague, and comes back by "back". */
export interface Wanted {
  text: string;
  filter: PeopleFilter | '';
  enrolled: EnrolledFilter | '';
  /** Only who is at this place of a directory or below it; empty: everywhere. */
  place: string;
  /** One directory, or all. */
  directory: string;
  /** The person who is looked at: directory and id. */
  person: { directory: string; id: string } | null;
}

/** Reads the address. What is no filter of ours is none. */
export function readWanted(search: string): Wanted {
  const given = new URLSearchParams(search);
  const [directory = '', ...id] = (given.get('person') ?? '').split('/');
  return {
    text: (given.get('text') ?? '').slice(0, 100),
    filter: PEOPLE_FILTERS.find((each) => each === given.get('filter')) ?? '',
    enrolled: ENROLLED_FILTERS.find((each) => each === given.get('enrolled')) ?? '',
    place: (given.get('place') ?? '').slice(0, LONGEST_PLACE),
    directory: given.get('directory') ?? '',
    person: id.length > 0 ? { directory, id: id.join('/') } : null,
  };
}

/** The address for it. */
export function addressOf({ text, filter, enrolled, place, directory, person }: Wanted): string {
  const parts = { text, filter, enrolled, place, directory, person: person === null ? '' : `${person.directory}/${person.id}` };
  const search = String(new URLSearchParams(Object.entries(parts).filter(([, value]) => value !== '')));
  return search === '' ? '/helpdesk' : `/helpdesk?${search}`;
}
