import { useCallback, useEffect, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { OwnRequirement } from '../../shared/api/own-requirement.ts';
import type { Failure } from '../api.ts';
import { formatTime } from '../format.ts';
import { mistakeOf } from '../portal/mistake-of.ts';
import { SimplePage } from '../portal/simple-page.tsx';
import { ActionButton } from '../ui/action-button.tsx';
import { Actions, Prose } from '../ui/layout.tsx';
import { Notice } from '../ui/notice.tsx';
import { Question } from '../ui/question.tsx';
import { Skeleton } from '../ui/skeleton.tsx';
import { meApi } from './me-api.ts';
import { WaysBack } from './proofs/ways-back.tsx';
import { useLoaded } from './use-loaded.ts';

interface RequiredPageProps {
  contact: string;
  /** The session does nothing but enrol until it is done. */
  held: boolean;
  /** On to what they came for: nothing is asked, or it is put off, or the session does everything from now on. */
  onGoOn: () => void;
  onSetUp: () => void;
  onOver: () => void;
  onSignOut: () => void;
}

/** Asks who could not recover their account to add what is missing: to be put off until the deadline, and not after it. */
export function RequiredPage({ contact, held, onGoOn, onSetUp, onOver, onSignOut }: RequiredPageProps) {
  const { t } = useTranslation('me');
  const { t: portal } = useTranslation();
  const { value, failure, load } = useLoaded(meApi.requirement, onOver);
  const [trouble, setTrouble] = useState<Failure>();
  const [busy, setBusy] = useState(false);
  const leaving = useRef(false);

  const leave = useCallback(
    async (call: () => ReturnType<typeof meApi.putOff | typeof meApi.release>) => {
      setBusy(true);
      const outcome = await call();
      setBusy(false);
      if (outcome.ok) return onGoOn();
      if (outcome.failure.kind === 'problem' && outcome.failure.status === 401) return onOver();
      setTrouble(outcome.failure);
    },
    [onGoOn, onOver],
  );
  const isFree = value !== undefined && value.ask !== 'force';
  // Who was signed in already when the deadline passed goes on until their session ends.
  const isDone = value?.ask === 'nothing' || (!held && value?.ask === 'force');
  useEffect(() => {
    if (leaving.current || !(held ? isFree : isDone)) return;
    leaving.current = true;
    if (held) void leave(meApi.release);
    else onGoOn();
  }, [isFree, isDone, held, leave, onGoOn]);

  const wrong = trouble ?? failure;
  if (value === undefined || isDone || (held && isFree)) {
    if (wrong === undefined) return <Skeleton />;
    const retry = { label: portal('action.try-again'), onPress: () => void (held && isFree ? leave(meApi.release) : load()) };
    return <SimplePage title={t('required.title')} mistakes={[mistakeOf(wrong, portal)]} action={retry} />;
  }
  return (
    <Question
      title={t(held ? 'required.held.title' : 'required.title')}
      icon="key"
      {...(held ? { tone: 'warning' as const } : {})}
      mistakes={wrong === undefined ? [] : [mistakeOf(wrong, portal)]}
      focusOn={wrong}
    >
      <Deadline requirement={value} held={held} />
      <Prose>
        <p>{t(value.uncertain ? 'required.uncertain' : 'required.text')}</p>
        {value.stuck === 'codes-do-not-leave' && <p>{t('required.no-codes')}</p>}
      </Prose>
      {value.ways.length > 0 && <WaysBack ways={value.ways.map((way) => ({ ...way, from: null }))} />}
      {(held || value.stuck === 'not-by-yourself') && (
        <Prose>
          <p>{t(held ? 'required.help' : 'required.not-by-yourself')}</p>
          <p>{contact}</p>
        </Prose>
      )}
      <Actions>
        <ActionButton onPress={onSetUp}>{t('required.start')}</ActionButton>
        {held ? (
          <ActionButton look="quiet" onPress={onSignOut}>
            {t('sign-out')}
          </ActionButton>
        ) : (
          <ActionButton look="quiet" busy={busy} onPress={() => void leave(meApi.putOff)}>
            {t('required.later', { count: value.putOffDays })}
          </ActionButton>
        )}
      </Actions>
    </Question>
  );
}

/** How long it can be put off. */
function Deadline({ requirement: { deadline, daysLeft }, held }: { requirement: OwnRequirement; held: boolean }) {
  const { t } = useTranslation('me');
  if (held) return <Notice tone="warning">{t('required.over')}</Notice>;
  if (deadline === null || daysLeft === null) return null;
  if (daysLeft === 0) return <Notice tone="warning">{t('required.was-due', { time: formatTime(deadline) })}</Notice>;
  return <Notice tone="warning">{t('required.days-left', { count: daysLeft, time: formatTime(deadline) })}</Notice>;
}
