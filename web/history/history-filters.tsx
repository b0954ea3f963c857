import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { History } from '../../shared/api/history.ts';
import { HISTORY_GROUPS } from '../../shared/history-groups.ts';
import { ActionButton } from '../ui/action-button.tsx';
import { Actions } from '../ui/layout.tsx';
import { SelectField } from '../ui/select-field.tsx';
import { TextField } from '../ui/text-field.tsx';
import classes from './history.module.css';
import type { Filter, Wanted } from './history-address.ts';

interface FiltersProps {
  wanted: Wanted;
  /** Those of the installation, once an answer has told them. */
  directories: History['directories'];
  busy: boolean;
  onWant: (wanted: Wanted) => void;
}

/** What to look for. Nothing is asked for before the button: a name that is half typed is another name. */
export function HistoryFilters({ wanted, directories, busy, onWant }: FiltersProps) {
  const { t } = useTranslation('admin');
  const [draft, setDraft] = useState<Wanted>(wanted);
  const set = (name: Filter) => (value: string) => setDraft((now) => ({ ...now, [name]: value }));
  const isEmpty = Object.values(draft).every((value) => value === undefined || value === '');
  return (
    <form
      className={classes.filters}
      aria-label={t('history.filters')}
      onSubmit={(event) => {
        event.preventDefault();
        // An account that was chosen belongs to its directory; a name that is typed is meant instead.
        const { account, ...others } = draft;
        const isAnother = draft.person !== wanted.person || draft.directory !== wanted.directory;
        onWant(isAnother || account === undefined ? others : draft);
      }}
    >
      <TextField
        id="history-person"
        label={t('history.person')}
        hint={t('history.person.hint')}
        value={draft.person ?? ''}
        onChange={set('person')}
        autoComplete="off"
      />
      <SelectField
        id="history-group"
        label={t('history.group')}
        empty={t('history.group.all')}
        value={draft.group ?? ''}
        options={HISTORY_GROUPS.map((group) => ({ value: group, label: t(`history.group.${group}`) }))}
        onChange={set('group')}
      />
      <TextField
        id="history-by"
        label={t('history.by')}
        hint={t('history.by.hint')}
        value={draft.by ?? ''}
        onChange={set('by')}
        autoComplete="off"
      />
      <SelectField
        id="history-directory"
        label={t('history.directory')}
        empty={t('history.directory.all')}
        value={draft.directory ?? ''}
        options={directories.map(({ id, label }) => ({ value: id, label }))}
        onChange={set('directory')}
      />
      <TextField id="history-from" type="date" label={t('history.from')} value={draft.from ?? ''} onChange={set('from')} />
      <TextField id="history-to" type="date" label={t('history.to')} value={draft.to ?? ''} onChange={set('to')} />
      <Actions>
        <ActionButton type="submit" busy={busy}>
          {t('history.search')}
        </ActionButton>
        {!isEmpty && (
          <ActionButton look="quiet" onPress={() => onWant({})}>
            {t('history.everything')}
          </ActionButton>
        )}
      </Actions>
    </form>
  );
}
