import { type ReactNode, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { Goal } from '../../shared/api/journeys.ts';
import { api, type OpenStep } from '../api.ts';
import { currentLanguage } from '../texts.ts';
import { ActionButton } from '../ui/action-button.tsx';
import { Actions, Aside, NextLine } from '../ui/layout.tsx';
import { type Mistake, Question } from '../ui/question.tsx';
import { TextField } from '../ui/text-field.tsx';
import { CookiesPage } from './cookies-page.tsx';
import { loadDraft, saveDraft } from './draft.ts';
import { keepsCookies } from './keeps-cookies.ts';
import { mistakeOf } from './mistake-of.ts';
import { usePasskeyStart } from './passkey/use-passkey-start.ts';

interface AccountPageProps {
  goal: Goal;
  /** A passkey may be used instead of a name. */
  byPasskey: boolean;
  onOpened: (step: OpenStep) => void;
  onBack?: () => void;
  /** Another way in. */
  aside?: ReactNode;
}

const MAXIMUM_LENGTH = 256;

/** "Which account?", or by which address it can be found. Opens the journey. */
export function AccountPage({ goal, byPasskey, onOpened, onBack, aside }: AccountPageProps) {
  const { t } = useTranslation();
  const [account, setAccount] = useState(() => loadDraft()?.account ?? '');
  const [mistake, setMistake] = useState<Mistake>();
  const [busy, setBusy] = useState(false);
  const [blocked, setBlocked] = useState(false);
  // Whoever has forgotten the sign-in name is asked for what is left.
  const asked = goal === 'find-username' ? 'address' : goal === 'confirm-call' ? 'caller' : 'account';
  const passkey = usePasskeyStart(goal, {
    enabled: byPasskey && !blocked,
    onOpened,
    onTrouble: (trouble) =>
      setMistake('passkey' in trouble ? { text: t(`passkey.trouble.${trouble.passkey}`) } : mistakeOf(trouble.failure, t)),
  });

  if (blocked) return <CookiesPage onRetry={() => setBlocked(!keepsCookies())} />;

  const submit = async () => {
    if (busy || passkey.busy) return;
    const name = account.trim();
    if (name === '') return setMistake({ text: t(`${asked}.missing`), field: 'account' });
    if (name.length > MAXIMUM_LENGTH) return setMistake({ text: t('account.too-long'), field: 'account' });
    if (!keepsCookies()) return setBlocked(true);
    setBusy(true);
    const outcome = await api.startJourney({ goal, account: name, locale: currentLanguage(), client: { kind: 'web' } });
    setBusy(false);
    if (!outcome.ok) return setMistake(mistakeOf(outcome.failure, t, 'account'));
    saveDraft({ goal, account: name });
    onOpened(outcome.value);
  };

  return (
    <Question
      title={t(`${asked}.title`)}
      progress={t('progress.account')}
      mistakes={mistake ? [mistake] : []}
      focusOn={mistake}
      onSubmit={() => void submit()}
    >
      <TextField
        id="account"
        label={t(`${asked}.label`)}
        hint={t(`${asked}.hint`)}
        error={mistake?.field === undefined ? undefined : mistake.text}
        value={account}
        onChange={setAccount}
        autoComplete={asked === 'address' ? 'email' : byPasskey ? 'username webauthn' : 'username'}
        inputMode={asked === 'address' ? 'email' : 'text'}
      />
      <Actions>
        <ActionButton type="submit" busy={busy}>
          {t('action.continue')}
        </ActionButton>
        {onBack && (
          <ActionButton look="quiet" onPress={onBack}>
            {t('action.back')}
          </ActionButton>
        )}
      </Actions>
      <NextLine>{t(`${asked}.next`)}</NextLine>
      {byPasskey && (
        <Aside>
          <p>{t('account.passkey')}</p>
          <ActionButton look="secondary" busy={passkey.busy} onPress={() => (keepsCookies() ? passkey.begin() : setBlocked(true))}>
            {t('passkey.use')}
          </ActionButton>
        </Aside>
      )}
      {aside}
    </Question>
  );
}
