import type { LockedReport, Report } from '../../../shared/api/reports.ts';
import type { ReportTable } from '../../../shared/report-parts.ts';

/** A table of a report: names of columns, and rows in their order. */
export interface ReportRows {
  readonly columns: readonly string[];
  readonly rows: readonly (readonly (string | number | null)[])[];
}

/** A part of a report as a table, for a spreadsheet. */
export function tableOf(report: Report, table: Exclude<ReportTable, 'locked'>): ReportRows {
  switch (table) {
    case 'activity':
      return { columns: ['day', 'begun', 'done'], rows: report.activity.map(({ day, begun, done }) => [day, begun, done]) };
    case 'funnel':
      return {
        columns: ['goal', 'step', 'count'],
        rows: report.funnel.flatMap(({ goal, steps }) => steps.map(({ step, count }) => [goal, step, count])),
      };
    case 'factors':
      return {
        columns: ['kind', 'accepted', 'refused'],
        rows: report.factors.map(({ kind, accepted, refused }) => [kind, accepted, refused]),
      };
    case 'enrolment':
      return { columns: ['kind', 'accounts'], rows: report.enrolment.map(({ kind, accounts }) => [kind, accounts]) };
    case 'stuck':
      return {
        columns: ['directory', 'id', 'login', 'goal', 'at', 'step', 'wrong-proofs', 'end'],
        rows: report.stuck.map(({ account: { directory, id, login }, goal, at, step, wrongProofs, end }) => [
          ...[directory, id, login],
          ...[goal, at, step, wrongProofs, end],
        ]),
      };
  }
}

export function lockedTable({ directories }: LockedReport): ReportRows {
  return {
    columns: ['directory', 'locked', 'at-least'],
    rows: directories.map(({ id, locked, more }) => [id, locked, more ? 'yes' : 'no']),
  };
}
