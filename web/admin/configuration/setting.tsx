import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { SelectField } from '../../ui/select-field.tsx';
import { TextArea } from '../../ui/text-area.tsx';
import { TextField } from '../../ui/text-field.tsx';
import { ChoiceSetting } from './choice-setting.tsx';
import { ColourSetting } from './colour-setting.tsx';
import { GroupSetting } from './group-setting.tsx';
import { ImageSetting } from './image-setting.tsx';
import { ListSetting } from './list-setting.tsx';
import { SCHEMA_LANGUAGE, type SettingProps, useProblemAt, useProblemBelow } from './setting-context.ts';
import { SettingHint } from './setting-hint.tsx';
import { formOf, type Json } from './setting-schema.ts';
import { TickSetting } from './tick-setting.tsx';
import { useOptionWords, type Words } from './use-option-words.ts';

/** One setting, asked for as its schema says. */
export function Setting(props: SettingProps) {
  switch (formOf(props.schema)) {
    case 'fixed':
      return null;
    case 'group':
      return <GroupSetting {...props} Part={Setting} />;
    case 'choice':
      return <ChoiceSetting {...props} Part={Setting} />;
    case 'list':
      return <ListSetting {...props} Part={Setting} />;
    case 'ticks':
      return <TickSetting {...props} />;
    case 'yes-no':
    case 'one-of':
      return <PickedSetting {...props} />;
    case 'image':
      return <ImageSetting {...props} />;
    case 'colour':
      return <ColourSetting {...props} />;
    case 'lines':
      return <LinesSetting {...props} />;
    case 'raw':
      return <RawSetting {...props} />;
    default:
      return <TypedSetting {...props} />;
  }
}

/** Texts that go over several lines: a certificate, a mail. */
const MANY_LINES = ['.tls.ca', '.body'];

function TypedSetting({ label, schema, value, path, required, onChange }: SettingProps) {
  const isNumber = formOf(schema) === 'number';
  const typed = (text: string): Json | undefined => {
    if (text === '' && !required) return undefined;
    // What is no number stays as it is: the check says so, and nothing of it is lost.
    return isNumber && /^-?\d{1,15}(\.\d{1,9})?$/.test(text) && String(Number(text)) === text ? Number(text) : text;
  };
  const field = {
    ...{ id: path, label, language: SCHEMA_LANGUAGE, error: useProblemAt(path), value: value === undefined ? '' : String(value) },
    ...{ hint: <SettingHint schema={schema} path={path} required={required} />, onChange: (text: string) => onChange(typed(text)) },
  };
  // One line would lose the others.
  if (MANY_LINES.some((name) => path.endsWith(name)) || field.value.includes('\n')) return <TextArea {...field} />;
  return <TextField {...field} autoComplete="off" inputMode={isNumber ? 'numeric' : 'text'} />;
}

function PickedSetting({ label, schema, value, path, required, onChange }: SettingProps) {
  const { t } = useTranslation('admin');
  const yesNo = schema.enum === undefined;
  const inWords = useOptionWords();
  const named = (option: string): Words =>
    yesNo ? { words: t(option === 'true' ? 'setting.yes' : 'setting.no'), lang: undefined } : inWords(option, schema.enum);
  const options = (schema.enum ?? ['true', 'false']).map((option) => {
    const { words, lang } = named(option);
    return { value: option, label: words, ...(lang === undefined ? {} : { lang }) };
  });
  const empty = schema.default === undefined ? t('setting.not-set') : t('setting.default', { value: named(String(schema.default)).words });
  const picked = (text: string): Json | undefined => (text === '' ? undefined : yesNo ? text === 'true' : text);
  return (
    <SelectField
      id={path}
      label={label}
      language={SCHEMA_LANGUAGE}
      hint={<SettingHint schema={schema} path={path} required={required} />}
      error={useProblemAt(path)}
      value={value === undefined ? '' : String(value)}
      {...(required && value !== undefined ? {} : { empty })}
      options={options}
      onChange={(text) => onChange(picked(text))}
    />
  );
}

/** A list of texts, one a line. */
function LinesSetting({ label, schema, value, path, required, onChange }: SettingProps) {
  const { t } = useTranslation('admin');
  const read = (text: string): Json | undefined => {
    if (text === '' && !required) return undefined;
    return text.split('\n');
  };
  return (
    <TextArea
      id={path}
      label={label}
      language={SCHEMA_LANGUAGE}
      hint={<SettingHint schema={schema} path={path} required={required} more={t('setting.lines')} />}
      error={useProblemBelow(path)}
      value={Array.isArray(value) ? value.map(String).join('\n') : ''}
      onChange={(text) => onChange(read(text))}
    />
  );
}

/** What has no form of its own: the JSON of it. */
function RawSetting({ label, schema, value, path, required, onChange }: SettingProps) {
  const { t } = useTranslation('admin');
  const [text, setText] = useState(value === undefined ? '' : JSON.stringify(value, null, 2));
  const [broken, setBroken] = useState(false);
  const change = (next: string) => {
    setText(next);
    const read = parse(next);
    setBroken(read === BROKEN);
    if (read !== BROKEN) onChange(read);
  };
  const problem = useProblemBelow(path);
  return (
    <TextArea
      id={path}
      label={label}
      language={SCHEMA_LANGUAGE}
      hint={<SettingHint schema={schema} path={path} required={required} more={t('setting.json')} />}
      error={broken ? t('setting.json.broken') : problem}
      value={text}
      onChange={change}
    />
  );
}

const BROKEN = Symbol('broken');

function parse(text: string): Json | undefined | typeof BROKEN {
  if (text.trim() === '') return undefined;
  try {
    return JSON.parse(text) as Json;
  } catch {
    return BROKEN;
  }
}
