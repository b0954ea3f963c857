import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { isOver } from '../me/use-loaded.ts';
import { mistakeOf } from '../portal/mistake-of.ts';
import { makePasskey } from '../portal/passkey/ask-passkey.ts';
import { FormActions } from '../ui/form-actions.tsx';
import { Prose } from '../ui/layout.tsx';
import { type Mistake, Question } from '../ui/question.tsx';
import { adminApi } from './admin-api.ts';

interface MakePasskeyProps {
  onMade: () => void;
  onOver: () => void;
  onSignOut: () => void;
}

/** The first thing in an emergency, and the only one until it is done. */
export function MakePasskeyPage({ onMade, onOver, onSignOut }: MakePasskeyProps) {
  const { t } = useTranslation('admin');
  const { t: portal } = useTranslation();
  const [busy, setBusy] = useState(false);
  const [mistake, setMistake] = useState<Mistake>();
  const make = async (): Promise<Mistake | undefined> => {
    const options = await adminApi.passkeyOptions();
    if (!options.ok) return isOver(options.failure) ? void onOver() : mistakeOf(options.failure, portal);
    const made = await makePasskey(options.value.publicKey);
    if (!made.ok) return { text: portal(`passkey.trouble.${made.trouble}`) };
    const outcome = await adminApi.addPasskey(made.credential);
    if (outcome.ok) return void onMade();
    return isOver(outcome.failure) ? void onOver() : mistakeOf(outcome.failure, portal);
  };
  const submit = async () => {
    if (busy) return;
    setBusy(true);
    setMistake(undefined);
    setMistake(await make());
    setBusy(false);
  };
  return (
    <Question
      title={t('passkey.title')}
      icon="key"
      mistakes={mistake === undefined ? [] : [mistake]}
      focusOn={mistake ?? 'passkey'}
      onSubmit={() => void submit()}
    >
      <Prose>
        <p>{t('passkey.text')}</p>
      </Prose>
      <FormActions submit={t('passkey.button')} busy={busy} back={t('sign-out')} onBack={onSignOut} />
    </Question>
  );
}
