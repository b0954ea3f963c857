import { useTranslation } from 'react-i18next';
import type { ShownChange } from '../../../shared/api/configuration.ts';
import { shortenValue } from '../../../shared/shorten-value.ts';
import classes from './configuration.module.css';
import { SCHEMA_LANGUAGE } from './setting-context.ts';
import { type Json, pathInWords } from './setting-schema.ts';

/** What differs, one setting after the other. @param document where entries of lists have their names from */
export function ChangeList({ changes, document }: { changes: readonly ShownChange[]; document?: Json }) {
  const { t } = useTranslation('admin');
  if (changes.length === 0) return <p className={classes.hint}>{t('changes.none')}</p>;
  return (
    <ul className={classes.changes}>
      {changes.map(({ path, before, after }) => (
        <li key={path} className={classes.change}>
          <p lang={SCHEMA_LANGUAGE}>{pathInWords(path, document)}</p>
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
      <span className={classes.hint}>{word}</span> <code className={classes.value}>{shortenValue(value)}</code>
    </p>
  );
}
