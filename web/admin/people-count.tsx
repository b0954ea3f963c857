import type { TFunction } from 'i18next';
import { useCallback, useEffect, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { PeopleCount, RuleCount } from '../../shared/api/people-count.ts';
import type { Failure, Outcome } from '../api.ts';
import { formatTime } from '../format.ts';
import { useAuthor } from '../me/use-author.ts';
import { isOver } from '../me/use-loaded.ts';
import { mistakeOf } from '../portal/mistake-of.ts';
import { ActionButton } from '../ui/action-button.tsx';
import { Actions } from '../ui/layout.tsx';
import { Notice } from '../ui/notice.tsx';
import { ProgressBar } from '../ui/progress-bar.tsx';
import classes from './admin.module.css';
import { adminApi } from './admin-api.ts';

/** How often a page looks how far a count is; milliseconds. */
const LOOK_EVERY = 1000;

interface Counted {
  value: PeopleCount | undefined;
  failure: Failure | undefined;
  begin: () => void;
  cancel: () => void;
}

/** What was counted, looked at again and again while a count goes on, whoever began it. */
export function usePeopleCount(onOver: () => void): Counted {
  const [value, setValue] = useState<PeopleCount>();
  const [failure, setFailure] = useState<Failure>();
  const take = useCallback(
    (outcome: Outcome<PeopleCount>) => {
      if (outcome.ok) setValue(outcome.value);
      else if (isOver(outcome.failure)) return onOver();
      setFailure(outcome.ok ? undefined : outcome.failure);
    },
    [onOver],
  );
  useEffect(() => {
    const look = async () => take(await adminApi.peopleCount());
    if (value === undefined && failure === undefined) void look();
    if (value?.latest?.state !== 'running') return;
    const timer = setTimeout(() => void look(), LOOK_EVERY);
    return () => clearTimeout(timer);
  }, [value, failure, take]);
  return {
    ...{ value, failure },
    begin: () => void adminApi.countPeople().then(take),
    cancel: () => void adminApi.cancelCount().then(take),
  };
}

/** All people at once: how many could not recover, why not, how old that is, and counting anew. */
export function CountPanel({ value, failure, begin, cancel }: Counted) {
  const { t } = useTranslation('admin');
  const { t: portal } = useTranslation();
  const named = useAuthor();
  const { latest = null, done = null } = value ?? {};
  const isRunning = latest?.state === 'running';
  return (
    <section className={classes.item} aria-labelledby="people-count">
      <h2 className={classes.ruleName} id="people-count">
        {t('count.title')}
      </h2>
      {failure !== undefined && <Notice tone="warning">{mistakeOf(failure, portal).text}</Notice>}
      {value !== undefined && done === null && !isRunning && <p>{t('count.none')}</p>}
      {done !== null && (
        <>
          <p>{t('count.is', { stranded: done.stranded, looked: done.looked })}</p>
          {done.reasons.length > 0 && (
            <ul>
              {done.reasons.map(({ reason, people }) => (
                <li key={reason}>{t(`count.reason.${reason}` as 'count.reason.not-enrolled', { people })}</li>
              ))}
            </ul>
          )}
          <p className={classes.quiet}>
            {t('count.at', { time: formatTime(done.at) })} {!done.current && t('count.old')}
          </p>
        </>
      )}
      {latest?.state === 'cancelled' && <p>{t('count.cancelled')}</p>}
      {latest?.state === 'failed' && <p>{t('count.failed', { problem: latest.problem ?? '' })}</p>}
      <div role="status">{isRunning && <p>{t('count.running', { author: named(latest.author), looked: latest.looked })}</p>}</div>
      {isRunning && done !== null && done.looked > 0 && (
        <ProgressBar
          label={t('count.progress')}
          percent={Math.min(99, Math.floor((100 * latest.looked) / done.looked))}
          text={t('count.of', { looked: latest.looked, total: done.looked })}
        />
      )}
      <Actions>
        <ActionButton look="secondary" onPress={isRunning ? cancel : begin}>
          {t(isRunning ? 'count.cancel' : done === null ? 'count.begin' : 'count.again')}
        </ActionButton>
      </Actions>
    </section>
  );
}

/** The people of one rule, as they were counted. */
export function CountOfRule({ count, section, name }: { count: PeopleCount | undefined; section: 'recovery' | 'signIn'; name: string }) {
  const { t } = useTranslation('admin');
  const rule: RuleCount | undefined = count?.done?.[section].find((each) => each.name === name);
  if (rule === undefined) return null;
  return <p>{linesOfRule(rule, t)}</p>;
}

/** How many people a rule is for, in words. */
export function linesOfRule(
  { able, stranded, unknown, doubtful }: RuleCount,
  t: TFunction<'admin'>,
  said: 'count.rule' | 'draft-count.rule' = 'count.rule',
): string {
  const lines = [
    ...(able + stranded > 0 ? [t(said, { able, stranded })] : []),
    ...(unknown > 0 ? [t('count.rule.unknown', { count: unknown })] : []),
    ...(doubtful > 0 ? [t('count.rule.doubtful', { count: doubtful })] : []),
  ];
  return lines.length === 0 ? t(`${said}.nobody`) : lines.join(' ');
}
