import type { History, HistoryFilter } from '../../shared/api/history.ts';
import { call } from '../api.ts';
import { queryOf } from './history-address.ts';

export const historyApi = {
  page: (filter: HistoryFilter, cursor?: number) => call<History>('GET', `/history?${queryOf(filter, cursor)}`),
};

/** Where the browser gets all of it as a file. */
export function exportAddress(filter: HistoryFilter): string {
  return `/api/v1/history.csv?${queryOf(filter)}`;
}
