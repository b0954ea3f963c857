import { lazy, Suspense, useCallback, useEffect, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { PhoneOffered } from '../../../shared/api/on-phone.ts';
import { formatTime } from '../../format.ts';
import { ActionButton } from '../../ui/action-button.tsx';
import { Actions, NextLine, Prose } from '../../ui/layout.tsx';
import { Notice } from '../../ui/notice.tsx';
import { Question } from '../../ui/question.tsx';
import { TextField } from '../../ui/text-field.tsx';
import { FormActions } from '../form-actions.tsx';
import { meApi } from '../me-api.ts';
import type { Ask } from '../use-fresh-proof.tsx';
import { useAsked } from './use-asked.ts';
import { usePhoneProgress } from './use-phone-progress.ts';

const QrCode = lazy(() => import('./qr-code.tsx').then((module) => ({ default: module.QrCode })));

const DIGITS = 'phone-digits';

interface OnPhoneProps {
  offered: PhoneOffered;
  ask: Ask;
  /** Another code, in place of one that is over. */
  onAgain: () => void;
  /** To the list, which is read anew. */
  onBack: () => void;
  onOver: () => void;
}

/** A QR code for the phone; the digits that it shows then; and on it goes there. */
export function OnPhone({ offered, ask, onAgain, onBack, onOver }: OnPhoneProps) {
  const { t } = useTranslation('me');
  const { t: portal } = useTranslation();
  const { progress, offline, end } = usePhoneProgress(offered.phone, onOver);
  const [digits, setDigits] = useState('');
  const { busy, mistake, mistakes, send, missing } = useAsked(DIGITS);
  const letIn = useCallback(
    () =>
      ask(
        () => meApi.letPhoneIn(offered.phone, digits),
        () => end('let-in'),
      ),
    [ask, offered.phone, digits, end],
  );
  // A phone that has come while another field had the focus: what is asked for now is said, and the field is ready.
  useEffect(() => {
    if (progress === 'opened') document.getElementById(DIGITS)?.focus();
  }, [progress]);

  if (progress === 'over') {
    return (
      <Question title={t('phone.over')} icon="clock" focusOn="over" onSubmit={onAgain}>
        <Prose>
          <p>{t('phone.over.text')}</p>
        </Prose>
        <FormActions submit={t('phone.again')} busy={false} onBack={onBack} />
      </Question>
    );
  }
  if (progress === 'let-in') {
    return (
      <Question title={t('phone.let-in')} icon="check" tone="good" focusOn="let-in">
        <Prose>
          <p>{t('phone.let-in.text')}</p>
        </Prose>
        <Actions>
          <ActionButton onPress={onBack}>{t('phone.done')}</ActionButton>
        </Actions>
      </Question>
    );
  }
  const submit = () => {
    if (digits.trim() === '') return missing(t('phone.digits.missing'));
    return void send(async () => {
      const failure = await letIn();
      if (failure?.kind === 'problem' && failure.code === 'enrolment.phone-over') {
        end('over');
        return undefined;
      }
      return failure;
    });
  };
  return (
    <Question title={t('phone.title')} mistakes={mistakes} focusOn={mistake} {...(progress === 'opened' ? { onSubmit: submit } : {})}>
      {progress === 'offered' ? (
        <>
          <Prose>
            <p>{t('phone.scan')}</p>
          </Prose>
          <Suspense fallback={null}>
            <QrCode text={offered.address} label={t('phone.qr')} />
          </Suspense>
          <NextLine>{t('phone.until', { time: formatTime(offered.expiresAt) })}</NextLine>
          <Actions>
            <ActionButton look="secondary" onPress={onBack}>
              {portal('action.back')}
            </ActionButton>
          </Actions>
        </>
      ) : (
        <>
          <Prose>
            <p>{t('phone.opened')}</p>
          </Prose>
          <Notice tone="warning">{t('phone.opened.warning')}</Notice>
          <TextField
            id={DIGITS}
            label={t('phone.digits')}
            hint={t('phone.digits.hint')}
            error={mistake?.field === DIGITS ? mistake.text : undefined}
            value={digits}
            onChange={setDigits}
            autoComplete="off"
            inputMode="numeric"
            width="code"
          />
          <FormActions submit={t('phone.let-in.button')} busy={busy} onBack={onBack} />
        </>
      )}
      {offline && <Notice tone="warning">{portal('waiting.offline')}</Notice>}
    </Question>
  );
}
