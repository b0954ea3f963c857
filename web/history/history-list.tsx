import { useTranslation } from 'react-i18next';
import type { HistoryEvent } from '../../shared/api/history.ts';
import { formatTime } from '../format.ts';
import { QuietLink } from '../ui/layout.tsx';
import classes from './history.module.css';
import type { Wanted } from './history-address.ts';

/** Events in words, newest first, each with everything that is known of it behind it. */
export function HistoryList({ events, onWant }: { events: readonly HistoryEvent[]; onWant: (wanted: Wanted) => void }) {
  const { t } = useTranslation('admin');
  return (
    <ol className={classes.list}>
      {events.map(({ seq, at, type, sentence, accounts, facts }) => (
        <li key={seq} className={classes.event}>
          <time className={classes.time} dateTime={at}>
            {formatTime(at)}
          </time>
          <div className={classes.told}>
            <p>{sentence}</p>
            <details>
              <summary>{t('history.details')}</summary>
              <p className={classes.quiet}>
                {t('history.number', { seq })} · <code>{type}</code>
              </p>
              {accounts.length > 0 && (
                <ul className={classes.accounts}>
                  {accounts.map(({ directory, id, login }) => (
                    <li key={`${directory}/${id}`}>
                      <QuietLink onPress={() => onWant({ directory, account: id })}>
                        {t('history.all-of', { account: login ?? id, directory })}
                      </QuietLink>
                    </li>
                  ))}
                </ul>
              )}
              <pre className={classes.facts}>{JSON.stringify(facts, null, 2)}</pre>
            </details>
          </div>
        </li>
      ))}
    </ol>
  );
}
