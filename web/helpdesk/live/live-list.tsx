import { useTranslation } from 'react-i18next';
import type { LiveEvent, LiveNotice } from '../../../shared/api/live.ts';
import { formatList, formatTime } from '../../format.ts';
import { QuietLink } from '../../ui/layout.tsx';
import classes from './live.module.css';

/** Notices that are shown. */
const MOST = 12;

/** What happened lately to the same people, so many times. */
export interface Happened extends LiveNotice {
  readonly key: string;
  readonly count: number;
}

/** What was heard so far, newest first. */
export interface Heard {
  readonly happened: readonly Happened[];
  readonly missed: boolean;
}

export const NOTHING_HEARD: Heard = { happened: [], missed: false };

/** With one thing more. The same once more moves up, and is counted: nobody fills the list by trying one account over and over. */
export function heardAlso({ happened, missed }: Heard, event: LiveEvent): Heard {
  const { notice } = event;
  if (notice === undefined) return { happened, missed: missed || event.missed === true };
  const key = JSON.stringify([notice.kind, notice.factor, notice.accounts.map(({ directory, id }) => [directory, id])]);
  const before = happened.find((each) => each.key === key);
  const others = happened.filter((each) => each !== before);
  return {
    happened: [{ ...notice, key, count: (before?.count ?? 0) + 1 }, ...others].slice(0, MOST),
    missed: missed || event.missed === true,
  };
}

interface LiveListProps {
  heard: Heard;
  isLive: boolean;
  onSee: (person: { directory: string; id: string }) => void;
}

/** What happens to the people whom the agent may see, while it happens. */
export function LiveList({ heard: { happened, missed }, isLive, onSee }: LiveListProps) {
  const { t } = useTranslation('helpdesk');
  return (
    <section className={classes.live} aria-labelledby="live-title">
      <h2 id="live-title" className={classes.heading}>
        {t('live.title')}
      </h2>
      <p className={classes.quiet}>{t(isLive ? (happened.length === 0 ? 'live.nothing' : 'live.on') : 'live.off')}</p>
      {missed && <p className={classes.warning}>{t('live.missed')}</p>}
      <div role="log" aria-labelledby="live-title">
        <ol className={classes.list}>
          {happened.map((each) => (
            <li key={each.key} className={classes.happened} data-alarm={each.kind === 'not-my-call' || each.kind === 'frozen' || undefined}>
              <time className={classes.time} dateTime={each.at}>
                {formatTime(each.at)}
              </time>
              <span>
                {`${t(`live.${each.kind}`, { who: formatList(each.accounts.map(({ displayName }) => displayName)) })}${
                  each.count > 1 ? ` ${t('live.times', { count: each.count })}` : ''
                } `}
                {each.accounts.map(({ directory, id, login }) => (
                  <QuietLink key={`${directory}/${id}`} onPress={() => onSee({ directory, id })}>
                    {t('live.see', { login })}
                  </QuietLink>
                ))}
              </span>
            </li>
          ))}
        </ol>
      </div>
    </section>
  );
}
