import { useCallback, useEffect, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { SignedIn } from '../../shared/api/session.ts';
import type { Failure } from '../api.ts';
import { mistakeOf } from '../portal/mistake-of.ts';
import { SimplePage } from '../portal/simple-page.tsx';
import { Skeleton } from '../ui/skeleton.tsx';
import { AccountsPage } from './accounts/accounts-page.tsx';
import { ActivityPage } from './activity-page.tsx';
import { ChangePasswordPage } from './change-password-page.tsx';
import { HelpPage } from './help/help-page.tsx';
import { meApi } from './me-api.ts';
import { OverviewPage } from './overview-page.tsx';
import { ProofsPage } from './proofs/proofs-page.tsx';
import { RequiredPage } from './required-page.tsx';
import { SessionsPage } from './sessions-page.tsx';
import { SignIn } from './sign-in.tsx';
import { useMeTexts } from './use-me-texts.ts';
import { VouchPage } from './vouch/vouch-page.tsx';

interface MePageProps {
  contact: string;
  search: string;
  go: (to: string) => void;
}

/** What is one's own: who is not signed in does so first. */
export function MePage(props: MePageProps) {
  return useMeTexts() ? <MeContent {...props} /> : <Skeleton />;
}

type State = { name: 'loading' } | { name: 'out' } | { name: 'failed'; failure: Failure } | { name: 'in'; session: SignedIn };

function MeContent({ contact, search, go }: MePageProps) {
  const { t } = useTranslation('me');
  const { t: portal } = useTranslation();
  const [state, setState] = useState<State>({ name: 'loading' });
  // Whether they were asked to enrol, and whether they are about to.
  const [asked, setAsked] = useState(false);
  const [adding, setAdding] = useState(false);
  const load = useCallback(async () => {
    const outcome = await meApi.session();
    if (outcome.ok) setState({ name: 'in', session: outcome.value.session });
    else if (outcome.failure.kind === 'problem' && outcome.failure.status === 401) setState({ name: 'out' });
    else setState({ name: 'failed', failure: outcome.failure });
  }, []);
  useEffect(() => {
    void load();
  }, [load]);

  const onOver = useCallback(() => {
    setAsked(false);
    setState({ name: 'out' });
  }, []);
  const goOn = useCallback(() => {
    setAsked(true);
    void load();
  }, [load]);

  const signOut = async () => {
    const outcome = await meApi.signOut();
    // That there was no session any more is what was wanted.
    if (outcome.ok || (outcome.failure.kind === 'problem' && outcome.failure.status === 401)) go('/');
    else setState({ name: 'failed', failure: outcome.failure });
  };
  if (state.name === 'loading') return <Skeleton />;
  if (state.name === 'failed') {
    const retry = { label: portal('action.try-again'), onPress: () => void load() };
    return <SimplePage title={portal('trouble.site.title')} mistakes={[mistakeOf(state.failure, portal)]} action={retry} />;
  }
  if (state.name === 'out') return <SignIn contact={contact} onSignedIn={() => void load()} onLeave={() => go('/')} />;
  const { rights } = state.session;
  if (rights === 'emergency') {
    const away = { label: t('emergency.go'), onPress: () => go('/admin') };
    return <SimplePage title={t('emergency.title')} paragraphs={[t('emergency.text')]} action={away} />;
  }
  const held = rights === 'until-enrolled';
  if (rights !== 'full' && !held) return <ProofsPage contact={contact} limited onBack={() => void signOut()} onOver={onOver} />;
  if (held && adding) {
    const check = () => setAdding(false);
    return <ProofsPage contact={contact} limited backLabel={portal('action.continue')} onBack={check} onOver={onOver} />;
  }
  const page = new URLSearchParams(search).get('page');
  // Who goes to add something anyway is not asked to.
  if (held || (!asked && page !== 'proofs')) {
    const setUp = () => (held ? setAdding(true) : go('/me?page=proofs'));
    const onSignOut = () => void signOut();
    return <RequiredPage contact={contact} held={held} onGoOn={goOn} onSetUp={setUp} onOver={onOver} onSignOut={onSignOut} />;
  }
  const back = () => go('/me');
  switch (page) {
    case 'password':
      return <ChangePasswordPage onBack={back} onOver={onOver} />;
    case 'proofs':
      return <ProofsPage contact={contact} limited={false} onBack={back} onOver={onOver} />;
    case 'help':
      return <HelpPage contact={contact} onBack={back} onOver={onOver} />;
    case 'vouch':
      return <VouchPage contact={contact} onBack={back} onOver={onOver} />;
    case 'accounts':
      return <AccountsPage contact={contact} onBack={back} onOver={onOver} />;
    case 'sessions':
      return <SessionsPage onBack={back} onOver={onOver} />;
    case 'activity':
      return <ActivityPage onBack={back} onOver={onOver} />;
    default:
      return <OverviewPage go={go} onOver={onOver} onSignOut={() => void signOut()} />;
  }
}
