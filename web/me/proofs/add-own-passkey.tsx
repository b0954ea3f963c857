import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { AddedFactor } from '../../../shared/api/own-factors.ts';
import { makePasskey } from '../../portal/passkey/ask-passkey.ts';
import { FormActions } from '../../ui/form-actions.tsx';
import { Prose } from '../../ui/layout.tsx';
import { type Mistake, Question } from '../../ui/question.tsx';
import { TextField } from '../../ui/text-field.tsx';
import { useAsked } from '../../use-asked.ts';
import { meApi } from '../me-api.ts';
import type { Ask } from '../use-fresh-proof.tsx';

/** Has the device make a passkey. */
export function AddOwnPasskey({ ask, onAdded, onBack }: { ask: Ask; onAdded: (added: AddedFactor) => void; onBack: () => void }) {
  const { t } = useTranslation('me');
  const { t: portal } = useTranslation();
  const [name, setName] = useState(() => portal('add-passkey.name.default'));
  const [device, setDevice] = useState<Mistake>();
  const { busy, mistake, mistakes, send } = useAsked();
  const add = () =>
    ask(meApi.passkeyOptions, async ({ ceremony, publicKey }) => {
      const made = await makePasskey(publicKey);
      if (!made.ok) return setDevice({ text: portal(`passkey.trouble.${made.trouble}`) });
      const called = name.trim() === '' ? {} : { name: name.trim().slice(0, 60) };
      return send(() => ask(() => meApi.addPasskey({ ceremony, credential: made.credential, ...called }), onAdded));
    });
  const submit = () => {
    setDevice(undefined);
    void send(add);
  };
  const shown = device === undefined ? mistakes : [device];
  return (
    <Question title={t('proofs.passkey.title')} icon="key" mistakes={shown} focusOn={device ?? mistake} onSubmit={submit}>
      <Prose>
        <p>{portal('add-passkey.text')}</p>
      </Prose>
      <TextField id="proof-name" label={t('proofs.name')} hint={t('proofs.name.hint')} value={name} onChange={setName} autoComplete="off" />
      <FormActions submit={t('proofs.add.button')} busy={busy} onBack={onBack} />
    </Question>
  );
}
