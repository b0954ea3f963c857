import type { ReactNode } from 'react';
import classes from './text-field.module.css';

interface SelectFieldProps {
  id: string;
  label: string;
  /** The one that the label is in, where it is not that of the page (BCP 47). */
  language?: string;
  hint?: ReactNode;
  value: string;
  /** Shown while nothing is chosen; something always is when absent. */
  empty?: string;
  options: readonly { value: string; label: string; lang?: string }[];
  onChange: (value: string) => void;
  error?: string | undefined;
}

/** One of several. The browser's own list: every phone and screen reader knows it. */
export function SelectField({ id, label, language, hint, value, empty, options, onChange, error }: SelectFieldProps) {
  const described = [hint && `${id}-hint`, error && `${id}-problem`].filter(Boolean).join(' ');
  return (
    <div className={classes.field} data-invalid={error !== undefined || undefined}>
      <label htmlFor={id} className={classes.label} lang={language}>
        {label}
      </label>
      {hint && (
        <div id={`${id}-hint`} className={classes.hint}>
          {hint}
        </div>
      )}
      {error !== undefined && (
        <p id={`${id}-problem`} className={classes.error}>
          {error}
        </p>
      )}
      <div className={classes.row} data-width="full">
        <select
          id={id}
          className={classes.input}
          value={value}
          onChange={(event) => onChange(event.currentTarget.value)}
          aria-invalid={error !== undefined || undefined}
          aria-describedby={described === '' ? undefined : described}
        >
          {empty !== undefined && <option value="">{empty}</option>}
          {options.map((option) => (
            <option key={option.value} value={option.value} lang={option.lang}>
              {option.label}
            </option>
          ))}
        </select>
      </div>
    </div>
  );
}
