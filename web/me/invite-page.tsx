import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { mistakeOf } from '../portal/mistake-of.ts';
import { SimplePage } from '../portal/simple-page.tsx';
import { ActionButton } from '../ui/action-button.tsx';
import { Actions, Prose } from '../ui/layout.tsx';
import type { Mistake } from '../ui/question.tsx';
import { Question } from '../ui/question.tsx';
import { Skeleton } from '../ui/skeleton.tsx';
import { useOpenedLink } from '../use-opened-link.ts';
import { meApi } from './me-api.ts';
import { SignIn } from './sign-in.tsx';
import { useMeTexts } from './use-me-texts.ts';

interface InvitePageProps {
  contact: string;
  go: (to: string) => void;
}

/** What an invitation opens. Its secret is in the fragment, and is used by nobody who has not signed in with the password. */
export function InvitePage(props: InvitePageProps) {
  const [token] = useOpenedLink();
  return useMeTexts() ? <InviteContent key={token} token={token} {...props} /> : <Skeleton />;
}

type Stage = 'told' | 'signing-in' | 'showing' | 'invalid' | 'other';

function InviteContent({ token, contact, go }: InvitePageProps & { token: string }) {
  const { t } = useTranslation('me');
  const { t: portal } = useTranslation();
  const [stage, setStage] = useState<Stage>('told');
  const [mistake, setMistake] = useState<Mistake>();

  const show = async () => {
    setStage('showing');
    setMistake(undefined);
    const outcome = await meApi.showInvitation(token);
    if (outcome.ok) return go('/me?page=proofs');
    const { failure } = outcome;
    if (failure.kind === 'problem' && failure.code === 'invitation.other-account') return setStage('other');
    if (failure.kind === 'problem' && ['invitation.invalid', 'request.malformed'].includes(failure.code)) return setStage('invalid');
    // The session is there: what did not work is asked for once more.
    setMistake(mistakeOf(failure, portal));
  };
  const goOn = { label: t('invite.go-on'), onPress: () => go('/me?page=proofs') };
  // The schema allows 20 to 128 characters: less is a link that was cut.
  if (token.length < 20 || token.length > 128) {
    const signIn = { label: t('invite.button'), onPress: () => go('/me') };
    return <SimplePage title={t('invite.cut')} paragraphs={[t('invite.cut.text')]} action={signIn} />;
  }
  switch (stage) {
    case 'signing-in':
      return <SignIn contact={contact} onSignedIn={() => void show()} onLeave={() => setStage('told')} />;
    case 'showing':
      if (mistake === undefined) return <Skeleton />;
      return (
        <SimplePage
          title={t('invite.title')}
          mistakes={[mistake]}
          action={{ label: portal('action.try-again'), onPress: () => void show() }}
        />
      );
    case 'invalid':
      return <SimplePage title={t('invite.invalid')} paragraphs={[t('invite.invalid.text'), contact]} action={goOn} />;
    case 'other':
      return <SimplePage title={t('invite.other')} paragraphs={[t('invite.other.text')]} action={goOn} />;
    default:
  }
  return (
    <Question title={t('invite.title')} icon="key" onSubmit={() => setStage('signing-in')}>
      <Prose>
        <p>{t('invite.text')}</p>
        <h2>{t('invite.steps')}</h2>
        <ol>
          <li>{t('invite.steps.sign-in')}</li>
          <li>{t('invite.steps.add')}</li>
          <li>{t('invite.steps.done')}</li>
        </ol>
      </Prose>
      <Actions>
        <ActionButton type="submit">{t('invite.button')}</ActionButton>
      </Actions>
    </Question>
  );
}
