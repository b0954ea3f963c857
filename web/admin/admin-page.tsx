import { lazy, Suspense, useCallback, useEffect, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { AdminOverview } from '../../shared/api/admin.ts';
import type { Failure } from '../api.ts';
import { meApi } from '../me/me-api.ts';
import { useMeTexts } from '../me/use-me-texts.ts';
import { mistakeOf } from '../portal/mistake-of.ts';
import { SimplePage } from '../portal/simple-page.tsx';
import { loadAdminTexts } from '../texts.ts';
import { Skeleton } from '../ui/skeleton.tsx';
import { ThreatNotice } from '../ui/threat-notice.tsx';
import { useOpenedLink } from '../use-opened-link.ts';
import { useTexts } from '../use-texts.ts';
import { adminApi } from './admin-api.ts';
import { ConfigurationPage, type Draft } from './configuration-page.tsx';
import { EmergencyNotice } from './emergency-notice.tsx';
import { EnterPage } from './enter-page.tsx';
import { HealthPage } from './health-page.tsx';
import { HomePage } from './home-page.tsx';
import { MakePasskeyPage } from './make-passkey-page.tsx';
import { OpenEmergencyPage } from './open-emergency-page.tsx';
import { QuestionsPage } from './questions/questions-page.tsx';
import { QueuePage } from './queue-page.tsx';
import { RolesPage } from './roles-page.tsx';
import { RulesPage } from './rules-page.tsx';
import { ThreatPage } from './threat-page.tsx';
import { TokensPage } from './tokens/tokens-page.tsx';
import { TryPage } from './try-page.tsx';

const HistoryPage = lazy(() => import('../history/history-page.tsx').then((module) => ({ default: module.HistoryPage })));

const ReportsPage = lazy(() => import('../reports/reports-page.tsx').then((module) => ({ default: module.ReportsPage })));

interface AdminPageProps {
  contact: string;
  /** People can sign in here. */
  signIn: boolean;
  search: string;
  go: (to: string) => void;
}

/** What somebody sees and does at the installation: by a role, or let in for an emergency. */
export function AdminPage(props: AdminPageProps) {
  const [own, admin] = [useMeTexts(), useTexts(loadAdminTexts)];
  return own && admin ? <AdminContent {...props} /> : <Skeleton />;
}

type State = { name: 'loading' } | { name: 'out' } | { name: 'failed'; failure: Failure } | { name: 'in'; overview: AdminOverview };

/** What stands in an address that was made on the console. */
const SECRET = /^[\w-]{43}$/;

function AdminContent({ contact, signIn, search, go }: AdminPageProps) {
  const { t } = useTranslation('admin');
  const { t: portal } = useTranslation();
  const [link, forgetLink] = useOpenedLink();
  const [state, setState] = useState<State>({ name: 'loading' });
  const [draft, setDraft] = useState<Draft>();
  useEffect(() => {
    const warn = (event: BeforeUnloadEvent) => event.preventDefault();
    if (draft !== undefined) window.addEventListener('beforeunload', warn);
    return () => window.removeEventListener('beforeunload', warn);
  }, [draft]);
  const load = useCallback(async () => {
    const outcome = await adminApi.overview();
    if (outcome.ok) setState({ name: 'in', overview: outcome.value });
    else if (outcome.failure.kind === 'problem' && outcome.failure.status === 401) setState({ name: 'out' });
    else setState({ name: 'failed', failure: outcome.failure });
  }, []);
  const onOver = useCallback(() => setState({ name: 'out' }), []);
  useEffect(() => {
    void load();
  }, [load]);
  const signOut = async () => {
    setDraft(undefined);
    const outcome = await meApi.signOut();
    // That there was no session any more is what was wanted.
    if (outcome.ok || (outcome.failure.kind === 'problem' && outcome.failure.status === 401)) setState({ name: 'out' });
    else setState({ name: 'failed', failure: outcome.failure });
  };

  if (SECRET.test(link)) {
    const leave = () => {
      forgetLink();
      setState({ name: 'loading' });
      void load();
    };
    return <OpenEmergencyPage key={link} secret={link} onOpened={leave} onLeave={leave} />;
  }
  if (state.name === 'loading') return <Skeleton />;
  if (state.name === 'out') return <EnterPage contact={contact} signIn={signIn} onEntered={() => void load()} />;
  if (state.name === 'failed') {
    if (state.failure.kind === 'problem' && state.failure.status === 403) {
      const own = { label: t('refused.own'), onPress: () => go('/me') };
      return <SimplePage title={t('refused.title')} paragraphs={[t('refused.text')]} action={own} />;
    }
    const retry = { label: portal('action.try-again'), onPress: () => void load() };
    const mistakes = [mistakeOf(state.failure, portal)];
    if (state.failure.kind !== 'problem' || state.failure.code !== 'directory.unavailable')
      return <SimplePage title={t('title')} mistakes={mistakes} action={retry} />;
    // Whoever mends the directory here must not have to wait until it answers.
    const without = { label: t('no-directory.without'), onPress: () => setState({ name: 'out' }) };
    return <SimplePage title={t('title')} paragraphs={[t('no-directory.text')]} mistakes={mistakes} action={retry} other={without} />;
  }
  const { overview } = state;
  if (overview.session === 'passkey-needed')
    return <MakePasskeyPage onMade={() => void load()} onOver={onOver} onSignOut={() => void signOut()} />;
  const back = () => go('/admin');
  const page = () => {
    switch (new URLSearchParams(search).get('page')) {
      case 'configuration':
        return (
          <ConfigurationPage
            contact={contact}
            may={overview.may}
            search={search}
            draft={draft}
            setDraft={setDraft}
            go={go}
            onApplied={() => void load()}
            onBack={back}
            onOver={onOver}
          />
        );
      case 'rules':
        return <RulesPage isChanging={draft !== undefined} go={go} onBack={back} onOver={onOver} />;
      case 'questions':
        return <QuestionsPage draft={draft} setDraft={setDraft} go={go} onBack={back} onOver={onOver} />;
      case 'try':
        return <TryPage onBack={back} onOver={onOver} />;
      case 'health':
        return <HealthPage onBack={back} onOver={onOver} />;
      case 'queue':
        return <QueuePage contact={contact} onBack={back} onOver={onOver} />;
      case 'threat':
        return (
          <ThreatPage
            contact={contact}
            threat={overview.threat}
            raisingEnds={overview.raisingEnds}
            onChanged={() => void load()}
            onBack={back}
            onOver={onOver}
          />
        );
      case 'roles':
        return <RolesPage onBack={back} onOver={onOver} />;
      case 'tokens':
        return <TokensPage contact={contact} onBack={back} onOver={onOver} />;
      case 'reports':
        return <ReportsPage search={search} go={go} onBack={back} onOver={onOver} />;
      case 'history':
        return <HistoryPage search={search} go={go} onBack={back} onOver={onOver} />;
      default:
        return <HomePage overview={overview} go={go} onSignOut={() => void signOut()} />;
    }
  };
  return (
    <>
      <EmergencyNotice emergencies={overview.emergencies} />
      <ThreatNotice threat={overview.threat} />
      <Suspense fallback={<Skeleton />}>{page()}</Suspense>
    </>
  );
}
