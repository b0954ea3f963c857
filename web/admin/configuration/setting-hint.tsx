import { useTranslation } from 'react-i18next';
import { SCHEMA_LANGUAGE } from './setting-context.ts';
import type { SettingSchema } from './setting-schema.ts';

interface SettingHintProps {
  schema: SettingSchema;
  required: boolean;
  /** How it is to be written. */
  more?: string;
}

/** What a setting is for, what counts without it, and between what it may be. */
export function SettingHint({ schema, required, more }: SettingHintProps) {
  const { t } = useTranslation('admin');
  const { minimum, maximum, default: standard } = schema;
  // A long list is read better where it is shown.
  const shown =
    standard === undefined || standard === null ? '' : typeof standard === 'object' ? JSON.stringify(standard) : String(standard);
  const isShort = shown !== '' && shown !== '{}' && shown !== '[]' && shown.length <= 60 && typeof standard !== 'boolean';
  const parts = [
    more,
    minimum !== undefined && maximum !== undefined ? t('setting.range', { from: minimum, to: maximum }) : undefined,
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
