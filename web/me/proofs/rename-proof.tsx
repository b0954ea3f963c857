import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { OwnFactor } from '../../../shared/api/own-factors.ts';
import { FormActions } from '../../ui/form-actions.tsx';
import { Question } from '../../ui/question.tsx';
import { TextField } from '../../ui/text-field.tsx';
import { useAsked } from '../../use-asked.ts';
import { meApi } from '../me-api.ts';
import type { Ask } from '../use-fresh-proof.tsx';

const NAME = 'proof-name';

/** Another name for a proof. */
export function RenameProof({ factor, ask, onDone, onBack }: { factor: OwnFactor; ask: Ask; onDone: () => void; onBack: () => void }) {
  const { t } = useTranslation('me');
  const [name, setName] = useState(factor.label);
  const { busy, mistake, mistakes, send, missing } = useAsked(NAME);
  const submit = () => {
    if (name.trim() === '') return missing(t('proofs.name.missing'));
    return void send(() => ask(() => meApi.renameFactor(factor.id, name.trim().slice(0, 60)), onDone));
  };
  return (
    <Question title={t('proofs.rename.title')} mistakes={mistakes} focusOn={mistake} onSubmit={submit}>
      <TextField
        id={NAME}
        label={t('proofs.name')}
        hint={t('proofs.name.hint')}
        error={mistake?.field === NAME ? mistake.text : undefined}
        value={name}
        onChange={setName}
        autoComplete="off"
      />
      <FormActions submit={t('proofs.rename.save')} busy={busy} onBack={onBack} />
    </Question>
  );
}
