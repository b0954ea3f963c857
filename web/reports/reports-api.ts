import type { LockedReport, Report } from '../../shared/api/reports.ts';
import type { ReportTable } from '../../shared/report-parts.ts';
import { call } from '../api.ts';

export const reportsApi = {
  report: (days: number) => call<Report>('GET', `/reports?days=${days}`),
  locked: () => call<LockedReport>('GET', '/reports/locked'),
};

/** Where the browser gets a table as a file. */
export function tableAddress(table: ReportTable, days: number): string {
  return `/api/v1/reports/${table}.csv?days=${days}`;
}
