import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { LONGEST_PLACE } from '../../../shared/people-filters.ts';
import { ActionButton } from '../../ui/action-button.tsx';
import { TextField } from '../../ui/text-field.tsx';
import classes from './people.module.css';

interface PlaceFieldProps {
  /** Empty: everywhere. */
  value: string;
  onChange: (place: string) => void;
}

/** The place below which people are looked for. Nothing is asked for before the button: a name that is half typed is no place. */
export function PlaceField({ value, onChange }: PlaceFieldProps) {
  const { t } = useTranslation('helpdesk');
  const [draft, setDraft] = useState({ of: value, text: value });
  // Another one that did not come from here: "back", or a directory that was chosen.
  if (draft.of !== value) setDraft({ of: value, text: value });
  return (
    <form
      className={classes.place}
      onSubmit={(event) => {
        event.preventDefault();
        onChange(draft.text.trim().slice(0, LONGEST_PLACE));
      }}
    >
      <TextField
        id="people-place"
        label={t('place')}
        hint={t('place.hint')}
        value={draft.text}
        onChange={(text) => setDraft({ of: value, text })}
        autoComplete="off"
      />
      <ActionButton type="submit" look="secondary">
        {t('place.apply')}
      </ActionButton>
    </form>
  );
}
