import type { ReactNode } from 'react';
import classes from './text-field.module.css';

interface TextAreaProps {
  id: string;
  label: string;
  /** The one that the label is in, where it is not that of the page (BCP 47). */
  language?: string;
  value: string;
  hint?: ReactNode;
  error?: string | undefined;
  onChange: (value: string) => void;
}

/** One labelled field of several lines: entries of a list, a text that somebody pastes. */
export function TextArea({ id, label, language, value, hint, error, onChange }: TextAreaProps) {
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
      {error && (
        <p id={`${id}-problem`} className={classes.error}>
          {error}
        </p>
      )}
      <div className={classes.row} data-width="full">
        <textarea
          id={id}
          className={classes.area}
          value={value}
          rows={Math.min(12, Math.max(2, value.split('\n').length))}
          onChange={(event) => onChange(event.currentTarget.value)}
          autoCapitalize="none"
          autoCorrect="off"
          spellCheck={false}
          aria-invalid={error !== undefined || undefined}
          aria-describedby={described === '' ? undefined : described}
        />
      </div>
    </div>
  );
}
