import { REPORT_DAYS } from '../../shared/report-parts.ts';

/** What is looked at, and what is assumed: of a hundred people who helped themselves, so many would have called. */
export interface WantedReport {
  readonly days: number;
  readonly low: number;
  readonly high: number;
}

/** Nobody has counted how many would have: a wide range is honest. */
const ASSUMED = { low: 40, high: 90 };

/** From the address of the page; what is no number there is as if it were missing. */
export function wantedIn(search: string): WantedReport {
  const query = new URLSearchParams(search);
  const percent = (name: 'low' | 'high') => {
    const text = query.get(name) ?? '';
    return /^\d{1,3}$/.test(text) && Number(text) <= 100 ? Number(text) : ASSUMED[name];
  };
  const days = REPORT_DAYS.find((each) => String(each) === query.get('days')) ?? 30;
  return { days, low: percent('low'), high: percent('high') };
}

export function addressOf({ days, low, high }: WantedReport): string {
  return `/admin?page=reports&days=${days}&low=${low}&high=${high}`;
}
