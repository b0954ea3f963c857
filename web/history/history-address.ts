import type { HistoryFilter } from '../../shared/api/history.ts';
import { HISTORY_GROUPS, type HistoryGroup } from '../../shared/history-groups.ts';

/** What is looked for, as it stands in the address of the page: whoever is sent the address looks for the same. Days as `2026-02-01`. */
export const FILTERS = ['person', 'account', 'directory', 'group', 'by', 'from', 'to'] as const;
export type Filter = (typeof FILTERS)[number];
export type Wanted = Readonly<Partial<Record<Filter, string>>>;

const DAY = /^\d{4}-\d{2}-\d{2}$/;

/** What an address asks for; what no form could have put there is passed over. */
export function wantedIn(search: string): Wanted {
  const given = new URLSearchParams(search);
  const entries = FILTERS.flatMap((name) => {
    const value = given.get(name)?.trim() ?? '';
    const isGood = name === 'group' ? isGroup(value) : name === 'from' || name === 'to' ? dayStart(value) !== null : value !== '';
    return isGood ? [[name, value] as const] : [];
  });
  return Object.fromEntries(entries);
}

export function addressOf(wanted: Wanted): string {
  const filled = Object.entries(wanted).filter(([, value]) => value !== undefined && value.trim() !== '');
  return `/admin?${new URLSearchParams([['page', 'history'], ...filled.map(([name, value]) => [name, value.trim()])])}`;
}

/** The same for the server: a day is from its midnight where the reader is, and the last one is meant as well. */
export function filterOf({ from, to, group, ...others }: Wanted): HistoryFilter {
  const [first, last] = [from === undefined ? null : dayStart(from), to === undefined ? null : dayStart(to, 1)];
  return {
    ...others,
    ...(group !== undefined && isGroup(group) ? { group } : {}),
    ...(first === null ? {} : { from: first.toISOString() }),
    ...(last === null ? {} : { to: last.toISOString() }),
  };
}

export function queryOf(filter: HistoryFilter, cursor?: number): string {
  const given = Object.entries({ ...filter, cursor }).filter(([, value]) => value !== undefined);
  return new URLSearchParams(given.map(([name, value]) => [name, String(value)])).toString();
}

function isGroup(value: string): value is HistoryGroup {
  return HISTORY_GROUPS.some((group) => group === value);
}

function dayStart(day: string, later = 0): Date | null {
  if (!DAY.test(day)) return null;
  const [year = 0, month = 0, date = 0] = day.split('-').map(Number);
  const start = new Date(year, month - 1, date + later);
  return Number.isNaN(start.getTime()) ? null : start;
}
