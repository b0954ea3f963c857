import { useTranslation } from 'react-i18next';
import type { AdminOverview } from '../../shared/api/admin.ts';
import { formatTime } from '../format.ts';
import { Exact } from '../ui/layout.tsx';
import { Notice } from '../ui/notice.tsx';
import classes from './admin.module.css';

/** Stands on every page of the administration while an emergency is in use: until it is retired on the console. */
export function EmergencyNotice({ emergencies }: Pick<AdminOverview, 'emergencies'>) {
  const { t } = useTranslation('admin');
  if (emergencies.length === 0) return null;
  return (
    <div className={classes.emergency}>
      {emergencies.map(({ author, reason, since }) => (
        <Notice key={since} tone="warning">
          {t('in-use', { author, reason, time: formatTime(since) })}
          <Exact>keyturn access emergency retire</Exact>
        </Notice>
      ))}
    </div>
  );
}
