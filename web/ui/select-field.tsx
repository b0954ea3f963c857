import classes from './text-field.module.css';

interface SelectFieldProps {
  id: string;
  label: string;
  value: string;
  /** Shown while nothing is chosen. */
  empty: string;
  options: readonly { value: string; label: string; lang?: string }[];
  onChange: (value: string) => void;
  error?: string | undefined;
}

/** One of several. The browser's own list: every phone and screen reader knows it. */
export function SelectField({ id, label, value, empty, options, onChange, error }: SelectFieldProps) {
  return (
    <div className={classes.field} data-invalid={error !== undefined || undefined}>
      <label htmlFor={id} className={classes.label}>
        {label}
      </label>
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
          aria-describedby={error === undefined ? undefined : `${id}-problem`}
        >
          <option value="">{empty}</option>
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
