import type { HTMLInputAutoCompleteAttribute, ReactNode, Ref } from 'react';
import classes from './text-field.module.css';

export interface TextFieldProps {
  id: string;
  label: string;
  value: string;
  onChange: (value: string) => void;
  /** The one that the label is in, where it is not that of the page (BCP 47). */
  language?: string;
  hint?: ReactNode;
  error?: string | undefined;
  autoComplete?: HTMLInputAutoCompleteAttribute;
  inputMode?: 'text' | 'numeric' | 'email' | 'tel';
  type?: 'text' | 'password' | 'date';
  /** Names and codes are no words: no capitals, no corrections. */
  width?: 'full' | 'code';
  side?: ReactNode;
  describedBy?: string;
  inputRef?: Ref<HTMLInputElement>;
}

/**
 * One labelled field; hint and error are part of what a screen reader says about it. A plain input, because Mantine's
 * own describes itself by its own hint and error alone, and the password's rules are part of the description too.
 */
export function TextField(props: TextFieldProps) {
  const described = [props.hint && `${props.id}-hint`, props.error && `${props.id}-problem`, props.describedBy].filter(Boolean).join(' ');
  return (
    <div className={classes.field} data-invalid={props.error !== undefined || undefined}>
      <label htmlFor={props.id} className={classes.label} lang={props.language}>
        {props.label}
      </label>
      {props.hint && (
        <div id={`${props.id}-hint`} className={classes.hint}>
          {props.hint}
        </div>
      )}
      {props.error && (
        <p id={`${props.id}-problem`} className={classes.error}>
          {props.error}
        </p>
      )}
      <div className={classes.row} data-width={props.width ?? 'full'}>
        <input
          id={props.id}
          name={props.id}
          ref={props.inputRef}
          className={classes.input}
          value={props.value}
          onChange={(event) => props.onChange(event.currentTarget.value)}
          type={props.type ?? 'text'}
          autoComplete={props.autoComplete}
          inputMode={props.inputMode}
          autoCapitalize="none"
          autoCorrect="off"
          spellCheck={false}
          aria-invalid={props.error !== undefined || undefined}
          aria-describedby={described === '' ? undefined : described}
        />
        {props.side}
      </div>
    </div>
  );
}
