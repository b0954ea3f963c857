import { useTranslation } from 'react-i18next';
import { SelectField } from '../../ui/select-field.tsx';
import classes from './configuration.module.css';
import { GroupParts } from './group-setting.tsx';
import { type ComposedProps, SCHEMA_LANGUAGE, useProblemAt } from './setting-context.ts';
import { SettingHint } from './setting-hint.tsx';
import { emptyOf, isGroup, type Json, type SettingSchema, tellingSetting, typeWord, variantOf, variantsOf } from './setting-schema.ts';
import { useOptionWords } from './use-option-words.ts';

/** A setting that may be of several kinds: which one first, and then what that one asks for. */
export function ChoiceSetting(props: ComposedProps) {
  const { label, schema, value, path, required, onChange, Part } = props;
  const { t } = useTranslation('admin');
  const problem = useProblemAt(path);
  const named = useOptionWords();
  const variants = variantsOf(schema) ?? [];
  const telling = tellingSetting(variants[0] ?? {});
  const isThere = value !== undefined;
  const effective = value ?? schema.default;
  const index = variantOf(variants, effective);
  const variant = variants[index] ?? {};
  const nameOf = (each: SettingSchema): string => {
    const fixed = each.const ?? (telling === undefined ? undefined : each.properties?.[telling]?.const);
    return fixed === undefined ? t(`setting.type.${typeWord(each)}`) : named(String(fixed)).words;
  };
  const choose = (text: string) => {
    const chosen = variants[Number(text)];
    onChange(text === '' || chosen === undefined ? undefined : carriedOver(chosen, value));
  };
  const about = telling === undefined ? undefined : variant.properties?.[telling]?.description;
  return (
    <fieldset className={classes.group} id={`${path}-choice`} tabIndex={-1}>
      <legend className={classes.legend} lang={SCHEMA_LANGUAGE}>
        {label}
      </legend>
      <p className={classes.hint}>
        <SettingHint schema={schema} path={path} required={required} />
      </p>
      {problem !== undefined && <p className={classes.problem}>{problem}</p>}
      <SelectField
        id={`${path}-variant`}
        label={t('setting.variant')}
        value={isThere ? String(index) : ''}
        {...(!required || !isThere ? { empty: t('setting.not-set') } : {})}
        options={variants.map((each, position) => ({ value: String(position), label: nameOf(each) }))}
        onChange={choose}
        {...(about === undefined || !isThere ? {} : { hint: <span lang={SCHEMA_LANGUAGE}>{about}</span> })}
      />
      {isThere && variant.properties !== undefined && <GroupParts {...props} schema={variant} required />}
      {isThere && variant.properties === undefined && typeWord(variant) !== 'nothing' && (
        <Part label={label} schema={variant} value={value} path={path} required onChange={onChange} />
      )}
    </fieldset>
  );
}

/** What the new kind takes of the old one: settings of the same name. */
function carriedOver(schema: SettingSchema, value: Json | undefined): Json {
  const empty = emptyOf(schema);
  if (!isGroup(empty) || !isGroup(value)) return empty;
  const kept = Object.entries(value).filter(
    ([name]) => schema.properties?.[name] !== undefined && schema.properties[name].const === undefined,
  );
  return { ...empty, ...Object.fromEntries(kept) };
}
