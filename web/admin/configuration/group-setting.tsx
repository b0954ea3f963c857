import { useContext } from 'react';
import { useTranslation } from 'react-i18next';
import { QuietLink } from '../../ui/layout.tsx';
import classes from './configuration.module.css';
import { BesideContext, type ComposedProps, SCHEMA_LANGUAGE, useProblemAt } from './setting-context.ts';
import { SettingPurpose } from './setting-hint.tsx';
import { pathOf } from './setting-path.ts';
import { emptyOf, isGroup, type Json, wordsOf } from './setting-schema.ts';

/** Settings that belong together. One that is off while it is absent is put there and taken away as a whole. */
export function GroupSetting(props: ComposedProps) {
  const { label, schema, value, path, required } = props;
  const { t } = useTranslation('admin');
  const problem = useProblemAt(path);
  const beside = useContext(BesideContext);
  const isOptional = !required && schema.default === undefined;
  const isThere = !isOptional || value !== undefined;
  return (
    <fieldset className={classes.group} id={path} tabIndex={-1}>
      <legend className={classes.legend} lang={SCHEMA_LANGUAGE}>
        {label}
      </legend>
      <p className={classes.hint}>
        <SettingPurpose schema={schema} />
      </p>
      {problem !== undefined && <p className={classes.problem}>{problem}</p>}
      {beside(path)}
      {isThere && <GroupParts {...props} />}
      {isOptional && (
        <QuietLink onPress={() => props.onChange(isThere ? undefined : emptyOf(schema))}>
          {t(isThere ? 'setting.remove' : 'setting.add', { what: label })}
        </QuietLink>
      )}
    </fieldset>
  );
}

/** The settings of a group, without anything around them. `except`: asked for elsewhere. */
export function GroupParts({ schema, value, path, required, onChange, Part }: ComposedProps) {
  const group = isGroup(value) ? value : {};
  const change = (name: string, part: Json | undefined) => {
    const { [name]: _, ...others } = group;
    const next = part === undefined ? others : { ...group, [name]: part };
    // An empty group says nothing: it is left out where its defaults stand for it.
    onChange(Object.keys(next).length === 0 && !required && schema.default !== undefined ? undefined : next);
  };
  return Object.entries(schema.properties ?? {}).map(([name, part]) => (
    <Part
      key={name}
      label={wordsOf(name)}
      schema={part}
      value={group[name]}
      path={pathOf(path, name)}
      required={schema.required?.includes(name) === true}
      onChange={(next) => change(name, next)}
    />
  ));
}
