import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { OpenStep } from '../../api.ts';
import { FormActions } from '../../ui/form-actions.tsx';
import { NextLine } from '../../ui/layout.tsx';
import { Question } from '../../ui/question.tsx';
import { TextField } from '../../ui/text-field.tsx';
import { useAsked } from '../../use-asked.ts';
import { meApi } from '../me-api.ts';
import type { Ask } from '../use-fresh-proof.tsx';

const NAME = 'other-account';

/** Which other account; it is proven next. */
export function NameAccount({ ask, onOpened, onBack }: { ask: Ask; onOpened: (opened: OpenStep, of: string) => void; onBack: () => void }) {
  const { t } = useTranslation('me');
  const { t: portal } = useTranslation();
  const [name, setName] = useState('');
  const { busy, mistake, mistakes, send, missing } = useAsked(NAME);
  const submit = () => {
    if (name.trim() === '') return missing(t('accounts.name.missing'));
    return void send(() =>
      ask(
        () => meApi.beginLink(name.trim()),
        (opened) => onOpened(opened, name.trim()),
      ),
    );
  };
  return (
    <Question title={t('accounts.link')} mistakes={mistakes} focusOn={mistake} onSubmit={submit}>
      <TextField
        id={NAME}
        label={portal('account.label')}
        hint={t('accounts.name.hint')}
        error={mistake?.field === NAME ? mistake.text : undefined}
        value={name}
        onChange={setName}
        autoComplete="off"
      />
      <NextLine>{t('accounts.name.next')}</NextLine>
      <FormActions submit={portal('action.continue')} busy={busy} onBack={onBack} />
    </Question>
  );
}
