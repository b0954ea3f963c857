import { useTranslation } from 'react-i18next';
import { TextField } from '../ui/text-field.tsx';
import classes from './reports.module.css';
import type { WantedReport } from './reports-address.ts';

interface SavedCallsProps {
  helped: number;
  wanted: WantedReport;
  onWant: (wanted: WantedReport) => void;
}

/** Calls that nobody had to make: a range, as nobody knows, with what it rests on, to be changed. */
export function SavedCalls({ helped, wanted, onWant }: SavedCallsProps) {
  const { t } = useTranslation('reports');
  const [least, most] = [wanted.low, wanted.high].toSorted((one, other) => one - other) as [number, number];
  const of = (percent: number) => Math.round((helped * percent) / 100);
  const change = (name: 'low' | 'high') => (text: string) => {
    const number = Number(text.trim() === '' ? 0 : text);
    if (Number.isInteger(number) && number >= 0 && number <= 100) onWant({ ...wanted, [name]: number });
  };
  return (
    <section className={classes.part} aria-labelledby="report-saved">
      <h2 id="report-saved" className={classes.heading}>
        {t('saved.title')}
      </h2>
      <p className={classes.large} role="status">
        {t('saved.range', { low: of(least), high: of(most) })}
      </p>
      <p className={classes.quiet}>{t('saved.text', { helped, low: least, high: most })}</p>
      <div className={classes.wanted}>
        {(['low', 'high'] as const).map((name) => (
          <TextField
            key={name}
            id={`saved-${name}`}
            label={t(`saved.${name}`)}
            value={String(wanted[name])}
            onChange={change(name)}
            inputMode="numeric"
            autoComplete="off"
          />
        ))}
      </div>
    </section>
  );
}
