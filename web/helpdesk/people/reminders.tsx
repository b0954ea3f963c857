import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { FindPeopleQuery, FoundPersonRow } from '../../../shared/api/people.ts';
import { mistakeOf } from '../../portal/mistake-of.ts';
import { ActionButton } from '../../ui/action-button.tsx';
import { Notice } from '../../ui/notice.tsx';
import classes from './people.module.css';
import { type Progress, useReminders } from './use-reminders.ts';

interface RemindersProps {
  /** The whole list, also what is not shown of it. */
  wanted: Omit<FindPeopleQuery, 'cursor'>;
  marked: readonly FoundPersonRow[];
  onOver: () => void;
}

/** Has those who are marked, or the whole list, reminded: what it does is said before, and how far it is meanwhile. */
export function Reminders({ wanted, marked, onOver }: RemindersProps) {
  const { t } = useTranslation('helpdesk');
  const { t: portal } = useTranslation();
  const [asks, setAsks] = useState(false);
  const { progress, start, stop, goOn, forget } = useReminders(onOver);
  const begin = (whom: Parameters<typeof start>[0]) => {
    setAsks(false);
    start(whom);
  };
  if (progress !== undefined) return <HowFar progress={progress} onStop={stop} onGoOn={goOn} onClose={forget} />;
  if (asks)
    return (
      <Notice>
        <p>{t('remind.all.text')}</p>
        <p className={classes.tools}>
          <ActionButton look="secondary" onPress={() => begin({ wanted })}>
            {t('remind.all.start')}
          </ActionButton>
          <ActionButton look="quiet" onPress={() => setAsks(false)}>
            {portal('action.back')}
          </ActionButton>
        </p>
      </Notice>
    );
  return (
    <p className={classes.tools}>
      {marked.length > 0 && (
        <ActionButton look="secondary" onPress={() => begin({ people: marked })}>
          {t('remind.marked', { count: marked.length })}
        </ActionButton>
      )}
      <ActionButton look="quiet" onPress={() => setAsks(true)}>
        {t('remind.all')}
      </ActionButton>
    </p>
  );
}

interface HowFarProps {
  progress: Progress;
  onStop: () => void;
  onGoOn: () => void;
  onClose: () => void;
}

function HowFar({ progress: { looked, reminded, passed, state, failure }, onStop, onGoOn, onClose }: HowFarProps) {
  const { t } = useTranslation('helpdesk');
  const { t: portal } = useTranslation();
  const isOpen = state === 'stopped' || state === 'failed';
  return (
    <section className={classes.progress} aria-label={t('remind.title')}>
      {/* How many it is by now is not said each time. */}
      <p role="status">{t(`remind.${state}`)}</p>
      <p>{`${t('remind.looked', { count: looked })} ${t('remind.count', { count: reminded })}`}</p>
      {failure !== undefined && <Notice tone="warning">{mistakeOf(failure, portal).text}</Notice>}
      {state !== 'running' && passed.size > 0 && (
        <ul className={classes.plain}>
          {[...passed].map(([because, count]) => (
            <li key={because} className={classes.quiet}>
              {`${t(`remind.because.${because}`)}: ${count}`}
            </li>
          ))}
        </ul>
      )}
      <p className={classes.tools}>
        {state === 'running' && (
          <ActionButton look="secondary" onPress={onStop}>
            {t('remind.stop')}
          </ActionButton>
        )}
        {isOpen && (
          <ActionButton look="secondary" onPress={onGoOn}>
            {t('remind.go-on')}
          </ActionButton>
        )}
        {state !== 'running' && (
          <ActionButton look="quiet" onPress={onClose}>
            {t('remind.close')}
          </ActionButton>
        )}
      </p>
    </section>
  );
}

/** Has one person reminded, and says why not where no mail goes. */
export function RemindOne({ progress, onRemind }: { progress: Progress | undefined; onRemind: () => void }) {
  const { t } = useTranslation('helpdesk');
  const { t: portal } = useTranslation();
  const [because] = progress?.passed.keys() ?? [];
  const said =
    progress?.failure !== undefined
      ? mistakeOf(progress.failure, portal).text
      : progress?.state !== 'done'
        ? ''
        : because === undefined
          ? t('remind.one.done')
          : `${t('remind.one.not')} ${t(`remind.because.${because}`)}.`;
  return (
    <>
      <p>
        <ActionButton look="secondary" busy={progress?.state === 'running'} onPress={onRemind}>
          {t('remind')}
        </ActionButton>
      </p>
      <p role="status">{said}</p>
    </>
  );
}
