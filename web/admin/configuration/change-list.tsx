import { useTranslation } from 'react-i18next';
import type { ShownChange } from '../../../shared/api/configuration.ts';
import { shortenValue } from '../../../shared/shorten-value.ts';
import classes from './configuration.module.css';

/** What differs, one setting after the other. */
export function ChangeList({ changes }: { changes: readonly ShownChange[] }) {
  const { t } = useTranslation('admin');
  if (changes.length === 0) return <p className={classes.hint}>{t('changes.none')}</p>;
  return (
    <ul className={classes.changes}>
      {changes.map(({ path, before, after }) => (
        <li key={path} className={classes.change}>
          <p>
            <code>{path}</code>
          </p>
          {before !== undefined && <Value word={t('changes.before')} value={before} />}
          {after === undefined ? <p className={classes.hint}>{t('changes.gone')}</p> : <Value word={t('changes.after')} value={after} />}
        </li>
      ))}
    </ul>
  );
}

function Value({ word, value }: { word: string; value: unknown }) {
  return (
    <p>
      <span className={classes.hint}>{word}</span> <span className={classes.value}>{shortenValue(value)}</span>
    </p>
  );
}
