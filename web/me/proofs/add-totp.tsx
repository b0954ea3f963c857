import { lazy, Suspense, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { AddedFactor, TotpBegun } from '../../../shared/api/own-factors.ts';
import { FormActions } from '../../ui/form-actions.tsx';
import { AppLink, Exact, NextLine, Prose } from '../../ui/layout.tsx';
import { Question } from '../../ui/question.tsx';
import { TextField } from '../../ui/text-field.tsx';
import { useAsked } from '../../use-asked.ts';
import { meApi } from '../me-api.ts';
import type { Ask } from '../use-fresh-proof.tsx';

const QrCode = lazy(() => import('../../phone/qr-code.tsx').then((module) => ({ default: module.QrCode })));

const CODE = 'first-code';

interface AddTotpProps {
  begun: TotpBegun;
  ask: Ask;
  onAdded: (added: AddedFactor) => void;
  onBack: () => void;
}

/** A QR code to scan, the key to type, and the code that the app shows then. */
export function AddTotp({ begun, ask, onAdded, onBack }: AddTotpProps) {
  const { t } = useTranslation('me');
  const { t: portal } = useTranslation();
  const [code, setCode] = useState('');
  const [name, setName] = useState(() => t('proofs.totp.name.default'));
  const { busy, mistake, mistakes, send, missing } = useAsked(CODE);
  const submit = () => {
    if (code.trim() === '') return missing(portal('code.missing'));
    const called = name.trim() === '' ? {} : { name: name.trim().slice(0, 60) };
    return void send(() => ask(() => meApi.confirmFactor({ ceremony: begun.ceremony, code, ...called }), onAdded));
  };
  return (
    <Question title={t('proofs.totp.title')} mistakes={mistakes} focusOn={mistake} onSubmit={submit}>
      <Prose>
        <p>{t('proofs.totp.scan')}</p>
      </Prose>
      <Suspense fallback={null}>
        <QrCode text={begun.address} label={t('proofs.totp.qr')} />
      </Suspense>
      <AppLink href={begun.address}>{t('proofs.totp.open')}</AppLink>
      <Prose>
        <p>{t('proofs.totp.type')}</p>
      </Prose>
      <Exact>{begun.seed.match(/.{1,4}/g)?.join(' ') ?? begun.seed}</Exact>
      <TextField
        id={CODE}
        label={t('proofs.totp.code')}
        hint={t('proofs.totp.code.hint')}
        error={mistake?.field === CODE ? mistake.text : undefined}
        value={code}
        onChange={setCode}
        autoComplete="one-time-code"
        inputMode="numeric"
        width="code"
      />
      <TextField id="proof-name" label={t('proofs.name')} hint={t('proofs.name.hint')} value={name} onChange={setName} autoComplete="off" />
      <FormActions submit={t('proofs.add.button')} busy={busy} onBack={onBack} />
      <NextLine>{t('proofs.totp.next')}</NextLine>
    </Question>
  );
}
