import type { FindPeopleQuery, FoundPeopleAnswer, PeopleDirectories, SeenPerson } from '../../../shared/api/people.ts';
import type { Reminded, RemindRequest } from '../../../shared/api/reminders.ts';
import { call } from '../../api.ts';

/** What an agent asks for about people. */
export const peopleApi = {
  directories: () => call<PeopleDirectories>('GET', '/helpdesk/directories'),
  find: (query: FindPeopleQuery, signal: AbortSignal) =>
    call<FoundPeopleAnswer>('GET', `/helpdesk/people?${search(query)}`, undefined, signal),
  remind: (whom: RemindRequest, signal?: AbortSignal) => call<Reminded>('POST', '/helpdesk/reminders', whom, signal),
  see: (directory: string, id: string) =>
    call<SeenPerson>('GET', `/helpdesk/people/${encodeURIComponent(directory)}/${encodeURIComponent(id)}`),
};

/** Where the list can be taken away; a link, so that the browser writes it to the disk as it comes. */
export function listAddress(query: Omit<FindPeopleQuery, 'cursor'>): string {
  return `/api/v1/helpdesk/people.csv?${search(query)}`;
}

function search(query: FindPeopleQuery): string {
  return String(
    new URLSearchParams(Object.entries(query).filter(([, value]) => value !== undefined && value !== '') as [string, string][]),
  );
}
