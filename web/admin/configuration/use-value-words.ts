import { useTranslation } from 'react-i18next';
import { shortenText } from '../../../shared/shorten-value.ts';
import { type DurationUnit, formatDuration, formatNumber } from '../../format.ts';
import { isGroup, type Json, type SettingSchema, variantOf, variantsOf } from './setting-schema.ts';
import { useOptionWords, type Words } from './use-option-words.ts';

/** Names of settings that count time end with what they count: `idleMinutes`, `days`. */
const UNITS: Readonly<Record<string, DurationUnit>> = {
  milliseconds: 'millisecond',
  seconds: 'second',
  minutes: 'minute',
  hours: 'hour',
  days: 'day',
};

/**
 * A value that has no parts, in words: what it may be as the forms call it, a duration with its unit, the place of a secret and never more.
 * @returns undefined for a list or a group
 */
export function useValueWords(): (value: Json, schema: SettingSchema, name: string | undefined) => Words | undefined {
  const { t } = useTranslation('admin');
  const named = useOptionWords();
  const own = (words: string): Words => ({ words, lang: undefined });
  const ofText = (text: string, { format, enum: options, const: only }: SettingSchema): Words => {
    if (format === 'secret') return own(secretIn(text));
    if (options?.includes(text) === true || only === text) return named(text, options);
    return text === '' ? own(t('value.empty')) : { words: shortenText(text), lang: '' };
  };
  const secretIn = (reference: string): string => {
    const [, kind, place = ''] = /^(env|file):(.+)$/.exec(reference) ?? [];
    if (kind === 'env') return t('value.secret.env', { name: place });
    return kind === 'file' ? t('value.secret.file', { name: place }) : t('value.secret.hidden');
  };
  return (value, schema, name) => {
    if (value === null) return own(t('setting.not-set'));
    if (Array.isArray(value) || isGroup(value)) return undefined;
    if (typeof value === 'boolean') return own(t(value ? 'setting.yes' : 'setting.no'));
    if (typeof value === 'string') return ofText(value, kindOf(schema, value));
    const unit = UNITS[/[A-Z]?[a-z]+$/.exec(name ?? '')?.[0].toLowerCase() ?? ''];
    return own(unit === undefined ? formatNumber(value) : formatDuration(value, unit));
  };
}

/** What the schema says of a value, where it may be of several kinds. */
export function kindOf(schema: SettingSchema, value: Json): SettingSchema {
  const variants = variantsOf(schema);
  return variants === undefined ? schema : kindOf(variants[variantOf(variants, value)] ?? {}, value);
}
