import { useEffect, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { FactorKind } from '../../../shared/api/journeys.ts';
import type { FoundPersonRow, PeopleDirectories } from '../../../shared/api/people.ts';
import { EXPIRING_DAYS, PEOPLE_FILTERS, type PeopleFilter } from '../../../shared/people-filters.ts';
import { REMOVABLE_KINDS } from '../../../shared/removable-kinds.ts';
import { ActionButton } from '../../ui/action-button.tsx';
import { Actions } from '../../ui/layout.tsx';
import { usePageTitle } from '../../ui/page-title.tsx';
import { SelectField } from '../../ui/select-field.tsx';
import { TextField } from '../../ui/text-field.tsx';
import { MARK_KEY } from './act-keys.ts';
import { DirectoryPeople } from './directory-people.tsx';
import { KeyHelp } from './key-help.tsx';
import classes from './people.module.css';
import { PlaceField } from './place-field.tsx';
import { useKeys } from './use-keys.ts';
import type { Wanted } from './wanted.ts';

const SEARCH = 'people-text';
const KEYS = ['/', '↓ ↑', 'Enter', 'Esc'];

interface PeoplePageProps {
  directories: PeopleDirectories['directories'];
  wanted: Wanted;
  /** Another list: in the place of this one in the history of the browser. */
  onWant: (wanted: Wanted) => void;
  onSee: (person: FoundPersonRow) => void;
  /** Searches go on by a fresh proof: by one of these combinations. */
  onProve: (anyOf: readonly (readonly FactorKind[])[]) => void;
  onApprovals: () => void;
  onOver: () => void;
}

/** People of all directories that the agent may see, as they type. */
export function PeoplePage({ directories, wanted, onWant, onSee, onProve, onApprovals, onOver }: PeoplePageProps) {
  const { t } = useTranslation('helpdesk');
  const { t: me } = useTranslation('me');
  const [keysShown, setKeysShown] = useState(false);
  const list = useRef<HTMLDivElement>(null);
  usePageTitle(t('people.title'));
  useEffect(() => document.getElementById(SEARCH)?.focus(), []);
  useKeys((key) => {
    if (key === '/') document.getElementById(SEARCH)?.focus();
    else if (key === '?' || key === 'Escape') setKeysShown(key === '?');
    else if (key === MARK_KEY) return mark();
    else if (key === 'ArrowDown' || key === 'ArrowUp') step(list.current, key === 'ArrowDown' ? 1 : -1);
    else return false;
    return true;
  });
  const reminds = directories.some((directory) => directory.reminds);
  const keys = [...KEYS, ...(reminds ? [MARK_KEY] : []), '?'].map((key) => [key, t(`keys.${key}`)] as const);
  const shown = directories.filter(({ id }) => wanted.directory === '' || wanted.directory === id);
  // The same name is a place of one directory alone; one that an address asks for can be taken away again.
  const hasPlaces = wanted.place !== '' || (shown.length === 1 && shown[0]?.places === true);
  const filters = PEOPLE_FILTERS.filter((filter) => directories.some((directory) => directory.filters.includes(filter)));
  return (
    <div className={classes.page} ref={list}>
      <h1 className={classes.title}>{t('people.title')}</h1>
      {/* biome-ignore lint/a11y/useSemanticElements: Chromium of Debian 12 knows <search>, older browsers do not */}
      <div className={classes.wanted} role="search">
        <TextField
          id={SEARCH}
          label={t('text')}
          hint={t('text.hint')}
          value={wanted.text}
          onChange={(text) => onWant({ ...wanted, text })}
          autoComplete="off"
        />
        <SelectField
          id="people-filter"
          label={t('filter')}
          value={wanted.filter}
          empty={t('filter.none')}
          options={filters.map((value) => ({ value, label: t(`filter.${value}`, { days: EXPIRING_DAYS }) }))}
          onChange={(filter) => onWant({ ...wanted, filter: filter as PeopleFilter | '' })}
        />
        <SelectField
          id="people-enrolled"
          label={t('enrolled')}
          value={wanted.enrolled}
          empty={t('filter.none')}
          options={[
            ...(['yes', 'no'] as const).map((value) => ({ value, label: t(`enrolled.${value}`) })),
            ...REMOVABLE_KINDS.map((value) => ({ value, label: me(`kind.${value}`) })),
            ...REMOVABLE_KINDS.map((kind) => ({ value: `no-${kind}`, label: t('enrolled.without', { kind: me(`kind.${kind}`) }) })),
          ]}
          onChange={(enrolled) => onWant({ ...wanted, enrolled: enrolled as Wanted['enrolled'] })}
        />
        {directories.length > 1 && (
          <SelectField
            id="people-directory"
            label={t('directory')}
            value={wanted.directory}
            empty={t('directory.all')}
            options={directories.map(({ id, label }) => ({ value: id, label }))}
            // A place is one of the directory that was chosen before.
            onChange={(directory) => onWant({ ...wanted, directory, place: '' })}
          />
        )}
        {hasPlaces && <PlaceField value={wanted.place} onChange={(place) => onWant({ ...wanted, place })} />}
      </div>
      {shown.map((directory) => (
        <DirectoryPeople key={directory.id} directory={directory} wanted={wanted} onSee={onSee} onProve={onProve} onOver={onOver} />
      ))}
      <KeyHelp shown={keysShown} keys={keys} onClose={() => setKeysShown(false)} />
      {!keysShown && (
        <Actions>
          <ActionButton look="quiet" onPress={onApprovals}>
            {me('approvals.open')}
          </ActionButton>
          <ActionButton look="quiet" onPress={() => setKeysShown(true)}>
            {t('keys.show')}
          </ActionButton>
        </Actions>
      )}
    </div>
  );
}

/** Marks the person of the list that has the focus, or takes the mark away. */
function mark(): boolean {
  const box = document.activeElement?.closest('li')?.querySelector<HTMLInputElement>('input[type=checkbox]');
  box?.click();
  return box !== null && box !== undefined;
}

/** Moves the focus to the next person of the list, over all directories; from the field into it, and back. */
function step(list: HTMLElement | null, by: 1 | -1): void {
  const people = [...(list?.querySelectorAll<HTMLElement>('[data-person]') ?? [])];
  const at = people.indexOf(document.activeElement as HTMLElement);
  const next = people[Math.min(Math.max(at + by, 0), people.length - 1)];
  (at === 0 && by === -1 ? document.getElementById(SEARCH) : next)?.focus();
}
