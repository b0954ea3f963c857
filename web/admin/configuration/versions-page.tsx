import { useCallback } from 'react';
import { useTranslation } from 'react-i18next';
import { formatTime } from '../../format.ts';
import { useAuthor } from '../../me/use-author.ts';
import { useLoaded } from '../../me/use-loaded.ts';
import { mistakeOf } from '../../portal/mistake-of.ts';
import { ActionButton } from '../../ui/action-button.tsx';
import { Actions, Prose, QuietLink } from '../../ui/layout.tsx';
import { Question } from '../../ui/question.tsx';
import { Skeleton } from '../../ui/skeleton.tsx';
import classes from '../admin.module.css';
import { adminApi } from '../admin-api.ts';
import { ChangeList } from './change-list.tsx';
import type { Json } from './setting-schema.ts';

/** Who has changed the configuration, when and why. */
export function VersionsPage({
  onVersion,
  onBack,
  onOver,
}: {
  onVersion: (version: number) => void;
  onBack: () => void;
  onOver: () => void;
}) {
  const { t } = useTranslation('admin');
  const { t: portal } = useTranslation();
  const named = useAuthor();
  const { value, failure } = useLoaded(adminApi.versions, onOver);
  return (
    <Question
      title={t('versions.title')}
      mistakes={failure === undefined ? [] : [mistakeOf(failure, portal)]}
      focusOn={failure ?? 'versions'}
    >
      {value === undefined ? (
        failure === undefined && <Skeleton />
      ) : (
        <ol className={classes.list}>
          {value.versions.map(({ version, at, author, comment }) => (
            <li key={version} className={classes.item}>
              <QuietLink onPress={() => onVersion(version)}>{t('versions.version', { version })}</QuietLink>
              {comment !== '' && <p lang="">{comment}</p>}
              <p className={classes.quiet}>{t('versions.by', { author: named(author), time: formatTime(at) })}</p>
            </li>
          ))}
        </ol>
      )}
      <Actions>
        <ActionButton onPress={onBack}>{t('configuration.sections')}</ActionButton>
      </Actions>
    </Question>
  );
}

interface VersionProps {
  version: number;
  /** null: it is in force, or nothing may be changed here. */
  onBringBack: ((document: Json) => void) | null;
  onBack: () => void;
  onOver: () => void;
}

/** One version, what it changed, and the way back to it. */
export function VersionPage({ version, onBringBack, onBack, onOver }: VersionProps) {
  const { t } = useTranslation('admin');
  const { t: portal } = useTranslation();
  const named = useAuthor();
  const ask = useCallback(() => adminApi.version(version), [version]);
  const { value, failure } = useLoaded(ask, onOver);
  return (
    <Question
      title={t('versions.version', { version })}
      mistakes={failure === undefined ? [] : [mistakeOf(failure, portal)]}
      focusOn={failure ?? version}
    >
      {value === undefined ? (
        failure === undefined && <Skeleton />
      ) : (
        <>
          <Prose>
            {value.comment !== '' && <p lang="">{value.comment}</p>}
            <p>{t('versions.by', { author: named(value.author), time: formatTime(value.at) })}</p>
          </Prose>
          <h2 className={classes.heading}>{t('versions.changed')}</h2>
          <ChangeList changes={value.changes} document={value.document as Json} />
          <details>
            <summary>{t('versions.document')}</summary>
            <pre className={classes.document}>{JSON.stringify(value.document, null, 2)}</pre>
          </details>
        </>
      )}
      <Actions>
        {value !== undefined && onBringBack !== null && (
          <ActionButton onPress={() => onBringBack(value.document as Json)}>{t('versions.bring-back')}</ActionButton>
        )}
        <ActionButton look="quiet" onPress={onBack}>
          {t('versions.title')}
        </ActionButton>
      </Actions>
    </Question>
  );
}
