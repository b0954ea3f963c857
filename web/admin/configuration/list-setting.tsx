import { useTranslation } from 'react-i18next';
import { QuietLink } from '../../ui/layout.tsx';
import classes from './configuration.module.css';
import { type ComposedProps, SCHEMA_LANGUAGE, useProblemAt } from './setting-context.ts';
import { SettingPurpose } from './setting-hint.tsx';
import { nameOfEntry, pathOf } from './setting-path.ts';
import { emptyOf, type Json } from './setting-schema.ts';

/** Entries in an order that counts: the first rule that fits, the server that is tried first. */
export function ListSetting({ label, schema, value, path, required, onChange, Part }: ComposedProps) {
  const { t } = useTranslation('admin');
  const problem = useProblemAt(path);
  const shown = value ?? schema.default;
  const entries = Array.isArray(shown) ? shown : [];
  const { items = {} } = schema;
  const set = (next: Json[]) => onChange(next.length === 0 && !required && emptyIsDefault(schema.default) ? undefined : next);
  const put = (index: number, entry: Json | undefined) =>
    set(entries.map((old, position) => (position === index ? (entry ?? emptyOf(items)) : old)));
  const forward = (index: number) =>
    set([...entries.slice(0, index - 1), ...entries.slice(index - 1, index + 1).toReversed(), ...entries.slice(index + 1)]);
  return (
    <fieldset className={classes.group} id={path} tabIndex={-1}>
      <legend className={classes.legend} lang={SCHEMA_LANGUAGE}>
        {label}
      </legend>
      <p className={classes.hint}>
        <SettingPurpose schema={schema} />
        {value === undefined && entries.length > 0 && t('setting.is-default')}
      </p>
      {problem !== undefined && <p className={classes.problem}>{problem}</p>}
      {entries.length === 0 && <p className={classes.hint}>{t('setting.none')}</p>}
      {entries.map((entry, index) => {
        const name = nameOfEntry(entry, index);
        return (
          // biome-ignore lint/suspicious/noArrayIndexKey: entries have no identity but their place
          <div key={index} className={classes.entry}>
            <Part label={name} schema={items} value={entry} path={pathOf(path, index)} required onChange={(next) => put(index, next)} />
            <div className={classes.links}>
              {index > 0 && <QuietLink onPress={() => forward(index)}>{t('setting.forward', { what: name })}</QuietLink>}
              <QuietLink onPress={() => set(entries.toSpliced(index, 1))}>{t('setting.remove', { what: name })}</QuietLink>
            </div>
          </div>
        );
      })}
      <QuietLink onPress={() => set([...entries, emptyOf(items)])}>{t('setting.add', { what: label })}</QuietLink>
    </fieldset>
  );
}

function emptyIsDefault(standard: Json | undefined): boolean {
  return standard === undefined || (Array.isArray(standard) && standard.length === 0);
}
