import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import type { ReportTable } from '../../shared/report-parts.ts';
import classes from './reports.module.css';
import { tableAddress } from './reports-api.ts';

interface PartProps {
  table: ReportTable;
  days: number;
  title: string;
  text: string;
  columns: readonly string[];
  rows: readonly (readonly ReactNode[])[];
  /** The drawing. Without one the table is all there is. */
  children?: ReactNode;
}

/** A part of the report: what is drawn, behind it the table, and the table as a file. */
export function ReportPart({ table, days, title, text, columns, rows, children }: PartProps) {
  const { t } = useTranslation('reports');
  const isOfNumbers = columns.map((_, nth) => rows.some((row) => typeof row[nth] === 'number'));
  const shown = (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: it scrolls where it is wider than the page, which the keyboard must reach too
    <section className={classes.scroll} aria-label={t('table.of', { title })} tabIndex={0}>
      <table className={classes.table}>
        <thead>
          <tr>
            {columns.map((column, nth) => (
              <th key={column} scope="col" data-numbers={isOfNumbers[nth] || undefined}>
                {column}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map((row, nth) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: the rows of one answer, which never move
            <tr key={nth}>
              {row.map((cell, column) => (
                <td key={columns[column]} data-numbers={isOfNumbers[column] || undefined}>
                  {cell}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
  return (
    <section className={classes.part} aria-labelledby={`report-${table}`}>
      <h2 id={`report-${table}`} className={classes.heading}>
        {title}
      </h2>
      <p className={classes.quiet}>{text}</p>
      {rows.length === 0 ? <p>{t('nothing')}</p> : children}
      {rows.length > 0 &&
        (children === undefined ? (
          shown
        ) : (
          <details>
            <summary>{t('table')}</summary>
            {shown}
          </details>
        ))}
      {rows.length > 0 && (
        <a className={classes.export} href={tableAddress(table, days)} download={`${table}.csv`} aria-label={t('export.of', { title })}>
          {t('export')}
        </a>
      )}
    </section>
  );
}
