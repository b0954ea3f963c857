import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { FactorKind } from '../../../shared/api/journeys.ts';
import type { FoundPersonRow, PeopleDirectories } from '../../../shared/api/people.ts';
import { formatTime } from '../../format.ts';
import { mistakeOf } from '../../portal/mistake-of.ts';
import { ActionButton } from '../../ui/action-button.tsx';
import { Notice } from '../../ui/notice.tsx';
import classes from './people.module.css';
import { listAddress } from './people-api.ts';
import { Reminders } from './reminders.tsx';
import { usePeople } from './use-people.ts';
import { addressOf, type Wanted } from './wanted.ts';

interface DirectoryPeopleProps {
  directory: PeopleDirectories['directories'][number];
  wanted: Wanted;
  onSee: (person: FoundPersonRow) => void;
  /** Searches go on by a fresh proof: by one of these combinations. */
  onProve: (anyOf: readonly (readonly FactorKind[])[]) => void;
  onOver: () => void;
}

/** The people of one directory, in a part of their own: a slow one, or one that is down, holds up nobody else. */
export function DirectoryPeople({ directory, wanted, onSee, onProve, onOver }: DirectoryPeopleProps) {
  const { t } = useTranslation('helpdesk');
  const isAsked = (wanted.filter === '' || directory.filters.includes(wanted.filter)) && (wanted.place === '' || directory.places);
  return (
    <section className={classes.directory} aria-label={directory.label}>
      <h2 className={classes.heading}>{directory.label}</h2>
      {isAsked ? (
        <Asked directory={directory} wanted={wanted} onSee={onSee} onProve={onProve} onOver={onOver} />
      ) : (
        <Notice>{t('cannot-filter', { name: directory.label })}</Notice>
      )}
    </section>
  );
}

function Asked({ directory, wanted, onSee, onProve, onOver }: DirectoryPeopleProps) {
  const { t } = useTranslation('helpdesk');
  const { t: portal } = useTranslation();
  const query = {
    directory: directory.id,
    text: wanted.text.trim(),
    ...(wanted.filter === '' ? {} : { filter: wanted.filter }),
    ...(wanted.enrolled === '' ? {} : { enrolled: wanted.enrolled }),
    ...(wanted.place === '' ? {} : { place: wanted.place }),
  };
  const { people, cursor, untold, failure, busy, more, again } = usePeople(query, onOver);
  const [ids, setIds] = useState<ReadonlySet<string>>(new Set());
  const isTooOften = failure?.kind === 'problem' && failure.code === 'people.searched-too-often';
  const helps = isTooOften ? failure.anyOf : undefined;
  const marked = people.filter(({ id }) => ids.has(id));
  return (
    <>
      <p className={classes.said} role="status">
        {busy
          ? t('searching')
          : failure !== undefined
            ? ''
            : people.length === 0
              ? t(cursor !== null ? 'nobody.more' : wanted.place === '' ? 'nobody' : 'nobody.place')
              : t(cursor === null ? 'count' : 'count.more', { count: people.length })}
      </p>
      {untold && <Notice>{t('untold')}</Notice>}
      {failure !== undefined && (
        <Notice tone="warning">
          <p>
            {isTooOften && failure.retryAt !== undefined
              ? t(helps === undefined ? 'too-often' : 'too-often.provable', { time: formatTime(failure.retryAt) })
              : mistakeOf(failure, portal).text}
          </p>
          {helps === undefined ? (
            <ActionButton look="quiet" onPress={again}>
              {portal('action.try-again')}
            </ActionButton>
          ) : (
            <ActionButton look="secondary" onPress={() => onProve(helps)}>
              {t('too-often.prove')}
            </ActionButton>
          )}
        </Notice>
      )}
      {people.length > 0 && (
        <ul className={classes.people} data-busy={busy || undefined}>
          {people.map((person) => (
            <li key={person.id} className={classes.row}>
              {directory.reminds && (
                <input
                  className={classes.mark}
                  type="checkbox"
                  aria-label={t('mark', { name: person.displayName })}
                  checked={ids.has(person.id)}
                  onChange={({ currentTarget: { checked } }) =>
                    setIds(new Set(checked ? [...ids, person.id] : [...ids].filter((id) => id !== person.id)))
                  }
                />
              )}
              <a
                className={classes.person}
                href={addressOf({ ...wanted, person })}
                data-person
                onClick={(event) => {
                  if (event.metaKey || event.ctrlKey || event.shiftKey) return;
                  event.preventDefault();
                  onSee(person);
                }}
              >
                <span className={classes.name}>{person.displayName}</span>
                <span className={classes.quiet}>{person.login}</span>
                <span className={classes.quiet}>{person.mail ?? ''}</span>
              </a>
            </li>
          ))}
        </ul>
      )}
      {!busy && (failure === undefined || isTooOften) && (
        <p className={classes.tools}>
          {cursor !== null && failure === undefined && (
            <ActionButton look="secondary" onPress={more}>
              {t('more')}
            </ActionButton>
          )}
          {(people.length > 0 || isTooOften) && (
            <a className={classes.link} href={listAddress(query)} download="people.csv">
              {t('export')}
            </a>
          )}
        </p>
      )}
      {directory.reminds && !busy && failure === undefined && people.length > 0 && (
        <Reminders key={JSON.stringify(query)} wanted={query} marked={marked} onOver={onOver} />
      )}
    </>
  );
}
