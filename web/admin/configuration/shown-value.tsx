import { Fragment } from 'react';
import { useTranslation } from 'react-i18next';
import classes from './configuration.module.css';
import { Picture } from './image-setting.tsx';
import { SCHEMA_LANGUAGE } from './setting-context.ts';
import { isGroup, type Json, type SettingSchema, wordsOf } from './setting-schema.ts';
import { kindOf, useValueWords } from './use-value-words.ts';

interface ShownValueProps {
  value: Json;
  schema: SettingSchema;
  /** The setting that it is of; undefined: an entry of a list. */
  name: string | undefined;
}

/** A value as people read it: lists as lists, groups as their settings, and the rest in words. */
export function ShownValue({ value, schema, name }: ShownValueProps) {
  const inWords = useValueWords();
  const { t } = useTranslation('admin');
  const kind = kindOf(schema, value);
  if (kind.format === 'image' && typeof value === 'string' && value !== '')
    return (
      <span className={classes.image}>
        {t('setting.image.size', { size: Math.ceil((value.length * 3) / 4000) })} <Picture data={value} />
      </span>
    );
  const told = inWords(value, kind, name);
  if (told !== undefined)
    return (
      <span className={classes.value} lang={told.lang}>
        {told.words}
      </span>
    );
  if (isGroup(value)) return <Parts group={value} schema={kind} />;
  const list = value as Json[];
  if (list.length === 0) return <span className={classes.hint}>{t('setting.none')}</span>;
  return <Entries list={list} schema={kind.items ?? {}} isCombination={name === undefined} />;
}

interface EntriesProps {
  list: readonly Json[];
  schema: SettingSchema;
  /** A list that is an entry of a list itself: what counts together, such as the kinds of proof of one combination. */
  isCombination: boolean;
}

function Entries({ list, schema, isCombination }: EntriesProps) {
  const shown = (entry: Json) => <ShownValue value={entry} schema={schema} name={undefined} />;
  const [only] = list;
  if (list.length === 1 && only !== undefined) return shown(only);
  if (isCombination)
    return (
      <span>
        {list.map((entry, index) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: entries have no identity but their place
          <Fragment key={index}>
            {index > 0 && ' + '}
            {shown(entry)}
          </Fragment>
        ))}
      </span>
    );
  return (
    <ul className={classes.entries}>
      {list.map((entry, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: entries have no identity but their place
        <li key={index}>{shown(entry)}</li>
      ))}
    </ul>
  );
}

/** The settings of a group, each with its name. What the schema does not name is somebody's own word, and stays as it is. */
function Parts({ group, schema }: { group: { readonly [key: string]: Json }; schema: SettingSchema }) {
  return (
    <dl className={classes.parts}>
      {Object.entries(group).map(([key, value]) => {
        const part = schema.properties !== undefined && Object.hasOwn(schema.properties, key) ? schema.properties[key] : undefined;
        return (
          <div key={key}>
            <dt lang={part === undefined ? '' : SCHEMA_LANGUAGE}>{part === undefined ? key : wordsOf(key)}</dt>
            <dd>
              <ShownValue value={value} schema={part ?? {}} name={key} />
            </dd>
          </div>
        );
      })}
    </dl>
  );
}
