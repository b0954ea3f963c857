import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { AddedFactor, AddressBegun } from '../../../shared/api/own-factors.ts';
import { formatTime } from '../../format.ts';
import { FormActions } from '../../ui/form-actions.tsx';
import { NextLine } from '../../ui/layout.tsx';
import { Question } from '../../ui/question.tsx';
import { TextField } from '../../ui/text-field.tsx';
import { useAsked } from '../../use-asked.ts';
import { meApi } from '../me-api.ts';
import type { Ask } from '../use-fresh-proof.tsx';

const CODE = 'first-code';

interface ConfirmAddressProps {
  kind: 'email' | 'sms';
  begun: AddressBegun;
  ask: Ask;
  onAdded: (added: AddedFactor) => void;
  /** To another address, or the same once more. */
  onBack: () => void;
}

/** The code that went to a new address. */
export function ConfirmAddress({ kind, begun, ask, onAdded, onBack }: ConfirmAddressProps) {
  const { t } = useTranslation('me');
  const { t: portal } = useTranslation();
  const [code, setCode] = useState('');
  const { busy, mistake, mistakes, send, missing } = useAsked(CODE);
  const submit = () => {
    if (code.trim() === '') return missing(portal('code.missing'));
    return void send(() => ask(() => meApi.confirmFactor({ ceremony: begun.ceremony, code }), onAdded));
  };
  return (
    <Question title={t(`proofs.${kind}.code.title`)} mistakes={mistakes} focusOn={mistake} onSubmit={submit}>
      <NextLine>{t(`proofs.${kind}.sent`, { address: begun.address, time: formatTime(begun.expiresAt) })}</NextLine>
      <TextField
        id={CODE}
        label={portal('code.label')}
        error={mistake?.field === CODE ? mistake.text : undefined}
        value={code}
        onChange={setCode}
        autoComplete="one-time-code"
        inputMode="numeric"
        width="code"
      />
      <FormActions submit={t('proofs.add.button')} busy={busy} back={t(`proofs.${kind}.other`)} onBack={onBack} />
    </Question>
  );
}
