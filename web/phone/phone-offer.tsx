import { lazy, type ReactNode, Suspense, useEffect, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { PhoneOffered, PhoneProgressAnswer } from '../../shared/api/on-phone.ts';
import type { Failure, Outcome } from '../api.ts';
import { formatTime } from '../format.ts';
import { ActionButton } from '../ui/action-button.tsx';
import { FormActions } from '../ui/form-actions.tsx';
import { Actions, NextLine, Prose } from '../ui/layout.tsx';
import { Notice } from '../ui/notice.tsx';
import { Question } from '../ui/question.tsx';
import { TextField } from '../ui/text-field.tsx';
import { useAsked } from '../use-asked.ts';
import { usePhoneProgress } from './use-phone-progress.ts';

const QrCode = lazy(() => import('./qr-code.tsx').then((module) => ({ default: module.QrCode })));

const DIGITS = 'phone-digits';

interface PhoneOfferProps {
  offered: PhoneOffered;
  /** How far the phone has come. Always the same function. */
  askProgress: () => Promise<Outcome<PhoneProgressAnswer>>;
  /** @param onIn told when the phone is in */
  letIn: (digits: string, onIn: () => void) => Promise<Failure | undefined>;
  /** What is shown once the phone is in. */
  children?: ReactNode;
  /** Another code, in place of one that is over. */
  onAgain: () => void;
  onBack: () => void;
  /** Told of a failure; returns whether nobody may ask any more. Always the same function. */
  onOver: (failure: Failure) => boolean;
}

/** A QR code for the phone, and the digits that it shows then. */
export function PhoneOffer({ offered, askProgress, letIn, children, onAgain, onBack, onOver }: PhoneOfferProps) {
  const { t } = useTranslation('phone');
  const { t: portal } = useTranslation();
  const { progress, offline, end } = usePhoneProgress(askProgress, onOver);
  const [digits, setDigits] = useState('');
  const { busy, mistake, mistakes, send, missing } = useAsked(DIGITS);
  // A phone that has come while another field had the focus: what is asked for now is said, and the field is ready.
  useEffect(() => {
    if (progress === 'opened') document.getElementById(DIGITS)?.focus();
  }, [progress]);

  if (progress === 'over') {
    return (
      <Question title={t('over')} icon="clock" focusOn="over" onSubmit={onAgain}>
        <Prose>
          <p>{t('over.text')}</p>
        </Prose>
        <FormActions submit={t('again')} busy={false} onBack={onBack} />
      </Question>
    );
  }
  if (progress === 'let-in') return children;
  const submit = () => {
    if (digits.trim() === '') return missing(t('digits.missing'));
    return void send(async () => {
      const failure = await letIn(digits, () => end('let-in'));
      if (failure?.kind !== 'problem' || failure.code !== 'phone.over') return failure;
      // These digits may have let the phone in before, and the answer that said so was lost.
      const now = await askProgress();
      end(now.ok && now.value.progress === 'let-in' ? 'let-in' : 'over');
      return undefined;
    });
  };
  return (
    <Question title={t('title')} mistakes={mistakes} focusOn={mistake} {...(progress === 'opened' ? { onSubmit: submit } : {})}>
      {progress === 'offered' ? (
        <>
          <Prose>
            <p>{t('scan')}</p>
          </Prose>
          <Suspense fallback={null}>
            <QrCode text={offered.address} label={t('qr')} />
          </Suspense>
          <NextLine>{t('until', { time: formatTime(offered.expiresAt) })}</NextLine>
          <Actions>
            <ActionButton look="secondary" onPress={onBack}>
              {portal('action.back')}
            </ActionButton>
          </Actions>
        </>
      ) : (
        <>
          <Prose>
            <p>{t('opened')}</p>
          </Prose>
          <Notice tone="warning">{t('opened.warning')}</Notice>
          <TextField
            id={DIGITS}
            label={t('digits')}
            hint={t('digits.hint')}
            error={mistake?.field === DIGITS ? mistake.text : undefined}
            value={digits}
            onChange={setDigits}
            autoComplete="off"
            inputMode="numeric"
            width="code"
          />
          <FormActions submit={t('let-in.button')} busy={busy} onBack={onBack} />
        </>
      )}
      {offline && <Notice tone="warning">{portal('waiting.offline')}</Notice>}
    </Question>
  );
}
