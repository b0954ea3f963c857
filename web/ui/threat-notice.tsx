import { useTranslation } from 'react-i18next';
import type { ShownThreat } from '../../shared/api/admin.ts';
import { formatTime } from '../format.ts';
import { useAuthor } from '../me/use-author.ts';
import { Notice } from './notice.tsx';
import classes from './threat-notice.module.css';

/** Stands on every page of agents and administrators while a threat is raised. */
export function ThreatNotice({ threat }: { threat: ShownThreat | null }) {
  const { t } = useTranslation('me');
  const named = useAuthor();
  if (threat === null) return null;
  const { author, reason, since, lift } = threat;
  return (
    <div className={classes.apart}>
      <Notice tone="warning">
        {t('threat.raised', { author: named(author), reason, time: formatTime(since) })}
        {lift !== null && ` ${t('threat.lift-begun', { author: named(lift.author), time: formatTime(lift.until) })}`}
      </Notice>
    </div>
  );
}
