import { useTranslation } from 'react-i18next';
import { formatTime } from '../../format.ts';
import classes from '../me.module.css';

/** From when on something counts that waits; nothing where it does. */
export function CountsFrom({ at }: { at: string | null }) {
  const { t } = useTranslation('me');
  return at === null ? null : <p className={classes.quiet}>{t('overview.counts-from', { time: formatTime(at) })}</p>;
}
