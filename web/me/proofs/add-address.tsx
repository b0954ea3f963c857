import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { AddressBegun } from '../../../shared/api/own-factors.ts';
import { ActionButton } from '../../ui/action-button.tsx';
import { Actions, NextLine } from '../../ui/layout.tsx';
import { Question } from '../../ui/question.tsx';
import { TextField } from '../../ui/text-field.tsx';
import { meApi } from '../me-api.ts';
import type { Ask } from '../use-fresh-proof.tsx';
import { useAsked } from './use-asked.ts';

const ADDRESS = 'new-address';

/** Which address; a code goes there. */
export function AddAddress({ ask, onBegun, onBack }: { ask: Ask; onBegun: (begun: AddressBegun) => void; onBack: () => void }) {
  const { t } = useTranslation('me');
  const { t: portal } = useTranslation();
  const [address, setAddress] = useState('');
  const { busy, mistake, mistakes, send, missing } = useAsked(ADDRESS);
  const submit = () => {
    if (address.trim() === '') return missing(t('proofs.email.missing'));
    return void send(() => ask(() => meApi.beginAddress(address.trim()), onBegun));
  };
  return (
    <Question title={t('proofs.email.title')} mistakes={mistakes} focusOn={mistake} onSubmit={submit}>
      <TextField
        id={ADDRESS}
        label={t('proofs.email.label')}
        hint={t('proofs.email.hint')}
        error={mistake?.field === ADDRESS ? mistake.text : undefined}
        value={address}
        onChange={setAddress}
        autoComplete="email"
      />
      <NextLine>{t('proofs.email.next')}</NextLine>
      <Actions>
        <ActionButton type="submit" busy={busy}>
          {portal('action.continue')}
        </ActionButton>
        <ActionButton look="quiet" onPress={onBack}>
          {portal('action.back')}
        </ActionButton>
      </Actions>
    </Question>
  );
}
