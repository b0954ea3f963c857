import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { Failure, Outcome } from '../api.ts';
import { formatTime } from '../format.ts';
import { mistakeOf } from '../portal/mistake-of.ts';
import { ActionButton } from '../ui/action-button.tsx';
import { Actions, Prose } from '../ui/layout.tsx';
import { Question } from '../ui/question.tsx';
import { Skeleton } from '../ui/skeleton.tsx';
import classes from './me.module.css';
import { meApi } from './me-api.ts';
import { isOver, useLoaded } from './use-loaded.ts';

/** Where one is signed in, and how to end it. */
export function SessionsPage({ onBack, onOver }: { onBack: () => void; onOver: () => void }) {
  const { t } = useTranslation('me');
  const { t: portal } = useTranslation();
  const { value, failure, load } = useLoaded(meApi.sessions, onOver);
  const [trouble, setTrouble] = useState<Failure>();
  const shown = trouble ?? failure;
  const after = async (ended: Promise<Outcome<undefined>>, isOwn: boolean) => {
    const outcome = await ended;
    if (!outcome.ok && isOver(outcome.failure)) return onOver();
    setTrouble(outcome.ok ? undefined : outcome.failure);
    if (outcome.ok && isOwn) onOver();
    else await load();
  };
  return (
    <Question title={t('sessions.title')} mistakes={shown === undefined ? [] : [mistakeOf(shown, portal)]} focusOn={shown}>
      <Prose>
        <p>{t('sessions.text')}</p>
      </Prose>
      {value === undefined ? (
        <Skeleton />
      ) : (
        <ul className={classes.list}>
          {value.sessions.map((session) => (
            <li key={session.id} className={classes.item}>
              <div>
                <p>{session.current ? t('sessions.this') : t('sessions.from', { address: session.address })}</p>
                <p className={classes.quiet}>
                  {t('sessions.times', { since: formatTime(session.createdAt), seen: formatTime(session.seenAt) })}
                </p>
              </div>
              <ActionButton
                look="secondary"
                label={t('sessions.end.label', { address: session.address, time: formatTime(session.createdAt) })}
                onPress={() => void after(meApi.endSession(session.id), session.current)}
              >
                {t('sessions.end')}
              </ActionButton>
            </li>
          ))}
        </ul>
      )}
      <Actions>
        <ActionButton onPress={onBack}>{portal('action.back')}</ActionButton>
        <ActionButton look="secondary" onPress={() => void after(meApi.endAll(), true)}>
          {t('sessions.end-all')}
        </ActionButton>
      </Actions>
    </Question>
  );
}
