import { useContext } from 'react';
import { useTranslation } from 'react-i18next';
import type { ShownChange } from '../../../shared/api/configuration.ts';
import classes from './configuration.module.css';
import { SCHEMA_LANGUAGE, SchemaContext } from './setting-context.ts';
import { pathInWords, schemaAt, settingAt } from './setting-path.ts';
import type { Json } from './setting-schema.ts';
import { ShownValue } from './shown-value.tsx';

/** What differs, one setting after the other, as people read it. @param document where entries of lists have their names from */
export function ChangeList({ changes, document }: { changes: readonly ShownChange[]; document?: Json }) {
  const { t } = useTranslation('admin');
  if (changes.length === 0) return <p className={classes.hint}>{t('changes.none')}</p>;
  return (
    <ul className={classes.changes}>
      {changes.map(({ path, before, after }) => (
        <li key={path} className={classes.change}>
          <p lang={SCHEMA_LANGUAGE}>{pathInWords(path, document)}</p>
          {before !== undefined && <Value word={t('changes.before')} value={before as Json} path={path} />}
          {after === undefined ? (
            <p className={classes.hint}>{t('changes.gone')}</p>
          ) : (
            <Value word={t('changes.after')} value={after as Json} path={path} />
          )}
        </li>
      ))}
    </ul>
  );
}

function Value({ word, value, path }: { word: string; value: Json; path: string }) {
  const schema = useContext(SchemaContext);
  return (
    <div className={classes.told}>
      <span className={classes.hint}>{word}</span> <ShownValue value={value} schema={schemaAt(schema, path)} name={settingAt(path)} />
    </div>
  );
}
