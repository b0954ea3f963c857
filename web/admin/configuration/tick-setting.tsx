import { useTranslation } from 'react-i18next';
import classes from './configuration.module.css';
import { SCHEMA_LANGUAGE, type SettingProps, useProblemBelow } from './setting-context.ts';
import { SettingPurpose } from './setting-hint.tsx';
import { useOptionWords } from './use-option-words.ts';

/** Any of a few words, such as the kinds of proof of one combination. */
export function TickSetting({ label, schema, value, path, required, onChange }: SettingProps) {
  const { t } = useTranslation('admin');
  const named = useOptionWords();
  const problem = useProblemBelow(path);
  const shown = value ?? schema.default;
  const ticked = Array.isArray(shown) ? shown.map(String) : [];
  const set = (next: string[]) => onChange(next.length === 0 && !required ? undefined : next);
  const toggle = (option: string) => set(ticked.includes(option) ? ticked.filter((each) => each !== option) : [...ticked, option]);
  return (
    <fieldset className={classes.group} id={path} tabIndex={-1}>
      <legend className={classes.legend} lang={SCHEMA_LANGUAGE}>
        {label}
      </legend>
      <p className={classes.hint}>
        <SettingPurpose schema={schema} />
        {value === undefined && ticked.length > 0 && t('setting.is-default')}
      </p>
      {problem !== undefined && <p className={classes.problem}>{problem}</p>}
      <div className={classes.ticks}>
        {(schema.items?.enum ?? []).map((option) => {
          const { words, lang } = named(option, schema.items?.enum);
          return (
            <label key={option} className={classes.tick} lang={lang}>
              <input type="checkbox" checked={ticked.includes(option)} onChange={() => toggle(option)} />
              {words}
            </label>
          );
        })}
      </div>
    </fieldset>
  );
}
