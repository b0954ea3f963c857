import { useTranslation } from 'react-i18next';
import { formatList, formatNumber } from '../../format.ts';
import { SCHEMA_LANGUAGE } from './setting-context.ts';
import { settingAt } from './setting-path.ts';
import type { Json, SettingSchema } from './setting-schema.ts';
import { useValueWords } from './use-value-words.ts';

interface SettingHintProps {
  schema: SettingSchema;
  /** Of the setting in the document. */
  path: string;
  required: boolean;
  /** How it is to be written. */
  more?: string;
}

/** What a setting is for, what counts without it, and between what it may be. */
export function SettingHint({ schema, path, required, more }: SettingHintProps) {
  const { t } = useTranslation('admin');
  const inWords = useValueWords();
  const { minimum, maximum, default: standard } = schema;
  const name = settingAt(path);
  const words = (value: Json) => inWords(value, schema, name)?.words ?? '';
  const most = maximum === undefined ? '' : words(maximum);
  // What is picked from a list says there which one is the default; a group says it at each of its settings.
  const isTold = standard !== undefined && standard !== null && typeof standard !== 'boolean' && schema.enum === undefined;
  const all = !isTold
    ? []
    : Array.isArray(standard)
      ? standard.map((each) => inWords(each, schema.items ?? {}, undefined)?.words ?? '')
      : [words(standard)];
  const shown = formatList(all.filter((each) => each !== ''));
  // A long list is read better where it is shown.
  const isShort = shown !== '' && shown.length <= 60;
  const parts = [
    more,
    minimum !== undefined && most !== '' ? t('setting.range', { from: formatNumber(minimum), to: most }) : undefined,
    isShort ? t('setting.default', { value: shown }) : undefined,
    required && standard === undefined ? t('setting.needed') : undefined,
  ].filter((part) => part !== undefined);
  return (
    <>
      <SettingPurpose schema={schema} />
      {parts.join(' · ')}
    </>
  );
}

/** What a setting is for, where its parts say the rest. */
export function SettingPurpose({ schema }: { schema: SettingSchema }) {
  if (schema.description === undefined) return null;
  // What stands between backticks is written as it stands, in the reference as here.
  const parts = schema.description.split('`').map((text, index) => (index % 2 === 1 ? <code key={text}>{text}</code> : text));
  return <span lang={SCHEMA_LANGUAGE}>{parts} </span>;
}
