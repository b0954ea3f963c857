import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { AddressBegun } from '../../../shared/api/own-factors.ts';
import { FormActions } from '../../ui/form-actions.tsx';
import { NextLine } from '../../ui/layout.tsx';
import { Question } from '../../ui/question.tsx';
import { TextField } from '../../ui/text-field.tsx';
import { useAsked } from '../../use-asked.ts';
import { meApi } from '../me-api.ts';
import type { Ask } from '../use-fresh-proof.tsx';

const ADDRESS = 'new-address';

interface AddAddressProps {
  kind: 'email' | 'sms';
  ask: Ask;
  onBegun: (begun: AddressBegun) => void;
  onBack: () => void;
}

/** Which mail address or mobile number; a code goes there. */
export function AddAddress({ kind, ask, onBegun, onBack }: AddAddressProps) {
  const { t } = useTranslation('me');
  const { t: portal } = useTranslation();
  const [address, setAddress] = useState('');
  const { busy, mistake, mistakes, send, missing } = useAsked(ADDRESS);
  const submit = () => {
    if (address.trim() === '') return missing(t(`proofs.${kind}.missing`));
    return void send(() => ask(() => meApi.beginAddress(kind, address.trim()), onBegun));
  };
  return (
    <Question title={t(`proofs.${kind}.title`)} mistakes={mistakes} focusOn={mistake} onSubmit={submit}>
      <TextField
        id={ADDRESS}
        label={t(`proofs.${kind}.label`)}
        hint={t(`proofs.${kind}.hint`)}
        error={mistake?.field === ADDRESS ? mistake.text : undefined}
        value={address}
        onChange={setAddress}
        autoComplete={kind === 'email' ? 'email' : 'tel'}
        inputMode={kind === 'email' ? 'email' : 'tel'}
      />
      <NextLine>{t(`proofs.${kind}.next`)}</NextLine>
      <FormActions submit={portal('action.continue')} busy={busy} onBack={onBack} />
    </Question>
  );
}
