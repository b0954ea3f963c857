import { ENROLLED_FILTERS, type EnrolledFilter, PEOPLE_FILTERS, type PeopleFilter } from '../../../shared/people-filters.ts';

/** What the list of people shows, as the address of the page says it: a list can be sent to a colleague, and comes back by "back". */
export interface Wanted {
  text: string;
  filter: PeopleFilter | '';
  enrolled: EnrolledFilter | '';
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
    directory: given.get('directory') ?? '',
    person: id.length > 0 ? { directory, id: id.join('/') } : null,
  };
}

/** The address for it. */
export function addressOf({ text, filter, enrolled, directory, person }: Wanted): string {
  const parts = { text, filter, enrolled, directory, person: person === null ? '' : `${person.directory}/${person.id}` };
  const search = String(new URLSearchParams(Object.entries(parts).filter(([, value]) => value !== '')));
  return search === '' ? '/helpdesk' : `/helpdesk?${search}`;
}
