import { useTranslation } from 'react-i18next';
import { COLOUR } from '../../../shared/branding/shades.ts';
import { TextField } from '../../ui/text-field.tsx';
import classes from './configuration.module.css';
import { SCHEMA_LANGUAGE, type SettingProps, useProblemAt } from './setting-context.ts';
import { SettingHint } from './setting-hint.tsx';

/** The colour that the browser's own chooser begins with: that of the product. */
const OURS = '#2a54c4';

/** A colour: typed, pasted, or chosen. */
export function ColourSetting({ label, schema, value, path, required, onChange }: SettingProps) {
  const { t } = useTranslation('admin');
  const text = typeof value === 'string' ? value : '';
  return (
    <TextField
      id={path}
      label={label}
      language={SCHEMA_LANGUAGE}
      hint={<SettingHint schema={schema} path={path} required={required} />}
      error={useProblemAt(path)}
      value={text}
      width="code"
      autoComplete="off"
      onChange={(typed) => onChange(typed.trim() === '' ? undefined : typed.trim())}
      side={
        <input
          type="color"
          className={classes.colour}
          aria-label={t('setting.colour', { what: label })}
          value={COLOUR.test(text) ? text.toLowerCase() : OURS}
          onChange={(event) => onChange(event.currentTarget.value)}
        />
      }
    />
  );
}
