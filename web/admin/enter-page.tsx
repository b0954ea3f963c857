import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { api } from '../api.ts';
import { SignIn } from '../me/sign-in.tsx';
import { mistakeOf } from '../portal/mistake-of.ts';
import { askPasskey } from '../portal/passkey/ask-passkey.ts';
import { ActionButton } from '../ui/action-button.tsx';
import { Actions, Prose } from '../ui/layout.tsx';
import { type Mistake, Question } from '../ui/question.tsx';
import { adminApi } from './admin-api.ts';

interface EnterProps {
  contact: string;
  signIn: boolean;
  onEntered: () => void;
}

/** The two ways in: an account with a role, or the passkey of an emergency. */
export function EnterPage({ contact, signIn, onEntered }: EnterProps) {
  const { t } = useTranslation('admin');
  const { t: portal } = useTranslation();
  const [signingIn, setSigningIn] = useState(false);
  const [busy, setBusy] = useState(false);
  const [mistake, setMistake] = useState<Mistake>();
  if (signingIn) return <SignIn contact={contact} onSignedIn={onEntered} onLeave={() => setSigningIn(false)} />;
  const comeBack = async (): Promise<Mistake | undefined> => {
    const request = await api.passkeyRequest();
    if (!request.ok) return mistakeOf(request.failure, portal);
    const asked = await askPasskey(request.value.publicKey);
    if (!asked.ok) return { text: portal(`passkey.trouble.${asked.trouble}`) };
    const outcome = await adminApi.comeBack(request.value.ticket, asked.credential);
    return outcome.ok ? void onEntered() : mistakeOf(outcome.failure, portal);
  };
  const press = async () => {
    if (busy) return;
    setBusy(true);
    setMistake(undefined);
    setMistake(await comeBack());
    setBusy(false);
  };
  return (
    <Question title={t('title')} icon="lock" mistakes={mistake === undefined ? [] : [mistake]} focusOn={mistake}>
      <Prose>
        <p>{t(signIn ? 'enter.text' : 'enter.off')}</p>
        <p>{t('enter.without')}</p>
      </Prose>
      <Actions>
        {signIn && <ActionButton onPress={() => setSigningIn(true)}>{t('enter.sign-in')}</ActionButton>}
        <ActionButton look="secondary" busy={busy} onPress={() => void press()}>
          {t('enter.return')}
        </ActionButton>
      </Actions>
    </Question>
  );
}
