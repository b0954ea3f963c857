import type { ReactNode } from 'react';
import classes from './choice-cards.module.css';
import { Icon, type IconName } from './icon.tsx';

export interface Choice {
  value: string;
  label: string;
  hint?: string | undefined;
  icon?: IconName;
  chip?: ReactNode;
}

interface ChoiceCardsProps {
  id: string;
  /** The question; it is on the page as the title already, so it is read out and not shown again. */
  question: string;
  /** It stands nowhere else on the page: it is shown. */
  shown?: boolean;
  choices: readonly Choice[];
  selected: readonly string[];
  onSelect: (selected: string[]) => void;
  many?: boolean;
  error?: string | undefined;
}

/** Native radio buttons (or check boxes) with the whole card as their target. */
export function ChoiceCards({ id, question, choices, selected, onSelect, shown = false, many = false, error }: ChoiceCardsProps) {
  const choose = (value: string) => {
    if (!many) return onSelect([value]);
    onSelect(selected.includes(value) ? selected.filter((other) => other !== value) : [...selected, value]);
  };
  return (
    <fieldset className={classes.set} data-invalid={error !== undefined || undefined} aria-describedby={error && `${id}-problem`}>
      <legend className={shown ? classes.question : classes.legend}>{question}</legend>
      {error && (
        <p id={`${id}-problem`} className={classes.error}>
          {error}
        </p>
      )}
      {choices.map((choice, index) => (
        <label key={choice.value} className={classes.card}>
          <input
            // The error summary links to the first choice.
            id={index === 0 ? id : `${id}-${index}`}
            className={classes.input}
            type={many ? 'checkbox' : 'radio'}
            name={id}
            value={choice.value}
            checked={selected.includes(choice.value)}
            onChange={() => choose(choice.value)}
            aria-describedby={choice.hint && `${id}-${index}-hint`}
          />
          <span className={classes.words}>
            <span className={classes.label}>
              {choice.label} {choice.chip}
            </span>
            {choice.hint && (
              <span id={`${id}-${index}-hint`} className={classes.hint}>
                {choice.hint}
              </span>
            )}
          </span>
          {choice.icon && (
            <span className={classes.icon}>
              <Icon name={choice.icon} />
            </span>
          )}
        </label>
      ))}
    </fieldset>
  );
}
