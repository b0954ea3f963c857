import { lazy, Suspense, useCallback, useEffect, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { Site } from '../shared/api/site.ts';
import { isOwnOrigin } from '../shared/own-origin.ts';
import { api, type Failure, type OpenStep } from './api.ts';
import { setTimeZone } from './format.ts';
import { OpenIdContext } from './me/openid-context.ts';
import { AccountPage } from './portal/account-page.tsx';
import { CrashGuard } from './portal/crash-guard.tsx';
import { mistakeOf } from './portal/mistake-of.ts';
import { NotMePage } from './portal/not-me-page.tsx';
import { RecoverPage } from './portal/recover-page.tsx';
import { SimplePage } from './portal/simple-page.tsx';
import { StartPage } from './portal/start-page.tsx';
import { WrongAddressPage } from './portal/wrong-address-page.tsx';
import { builtLanguages } from './texts.ts';
import { PageFrame } from './ui/page-frame.tsx';
import { OrganisationContext } from './ui/page-title.tsx';
import { Skeleton } from './ui/skeleton.tsx';
import { useAddress } from './use-address.ts';

const MePage = lazy(() => import('./me/me-page.tsx').then((module) => ({ default: module.MePage })));
const InvitePage = lazy(() => import('./me/invite-page.tsx').then((module) => ({ default: module.InvitePage })));
const HelpdeskPage = lazy(() => import('./helpdesk/helpdesk-page.tsx').then((module) => ({ default: module.HelpdeskPage })));
const PhonePage = lazy(() => import('./me/phone-page.tsx').then((module) => ({ default: module.PhonePage })));
const HelpdeskLinkPage = lazy(() => import('./phone/helpdesk-link-page.tsx').then((module) => ({ default: module.HelpdeskLinkPage })));
const FirstResetPage = lazy(() => import('./phone/first-reset-page.tsx').then((module) => ({ default: module.FirstResetPage })));
const GoOnPage = lazy(() => import('./phone/go-on-page.tsx').then((module) => ({ default: module.GoOnPage })));
const AdminPage = lazy(() => import('./admin/admin-page.tsx').then((module) => ({ default: module.AdminPage })));
const OpenIdPage = lazy(() => import('./me/openid-page.tsx').then((module) => ({ default: module.OpenIdPage })));
const ReferencePage = lazy(() => import('./reference/reference-page.tsx').then((module) => ({ default: module.ReferencePage })));
const SetUpPage = lazy(() => import('./set-up/set-up-page.tsx').then((module) => ({ default: module.SetUpPage })));
const DemoPage = lazy(() => import('./demo/demo-page.tsx').then((module) => ({ default: module.DemoPage })));

/** The pages by address, inside the frame that all of them share. */
export function App() {
  const { t, i18n } = useTranslation();
  const { language } = i18n;
  const { path, search, go } = useAddress();
  const [site, setSite] = useState<Site>();
  const [failure, setFailure] = useState<Failure>();
  // The first step comes with the answer that opened the journey: no second request for it.
  const [opened, setOpened] = useState<OpenStep>();

  const forgetOpened = useCallback(() => setOpened(undefined), []);

  const loadSite = useCallback(async () => {
    const outcome = await api.site();
    if (outcome.ok) {
      setTimeZone(outcome.value.timeZone);
      setSite(outcome.value);
    }
    setFailure(outcome.ok ? undefined : outcome.failure);
  }, []);
  // What an organisation says of itself is in the language that is asked for.
  // biome-ignore lint/correctness/useExhaustiveDependencies: the language travels in a header
  useEffect(() => {
    void loadSite();
  }, [loadSite, language]);

  const languages = site?.languages.filter((language) => builtLanguages.includes(language)) ?? builtLanguages;
  const frame = {
    organisation: site?.organisation ?? '',
    contact: site?.supportContact ?? '…',
    languages,
    demo: site?.demo === true && path !== '/demo',
    branding: site?.branding,
  };

  const begun = (step: OpenStep) => {
    setOpened(step);
    go('/recover');
  };

  const page = () => {
    if (failure !== undefined) {
      const retry = { label: t('action.try-again'), onPress: () => void loadSite() };
      return <SimplePage title={t('trouble.site.title')} mistakes={[mistakeOf(failure, t)]} action={retry} />;
    }
    if (site === undefined) return <Skeleton />;
    // While that is drawn for, there is no address of ours yet.
    if (path !== '/setup' && !isOwnOrigin(window.location.origin, site.publicUrl)) return <WrongAddressPage publicUrl={site.publicUrl} />;
    switch (path) {
      case '/':
        return <StartPage site={site} search={search} go={go} onOpened={begun} />;
      case '/call':
        if (!site.calls) break;
        return (
          <AccountPage
            goal="confirm-call"
            byPasskey={site.goalsByPasskey.includes('confirm-call')}
            onOpened={begun}
            onBack={() => go('/')}
          />
        );
      case '/recover':
        return (
          <RecoverPage
            opened={opened}
            contact={site.supportContact}
            onLeave={() => go('/')}
            onForget={forgetOpened}
            {...(site.signIn ? { onSetUp: () => go('/me?page=proofs') } : {})}
          />
        );
      case '/not-me':
        return <NotMePage contact={site.supportContact} />;
      case '/me':
        if (!site.signIn) break;
        return <MePage contact={site.supportContact} search={search} go={go} />;
      case '/invite':
        if (!site.signIn) break;
        return <InvitePage contact={site.supportContact} go={go} />;
      case '/helpdesk':
        if (!site.signIn) break;
        return <HelpdeskPage contact={site.supportContact} search={search} go={go} />;
      case '/phone':
        if (!site.signIn) break;
        return <PhonePage contact={site.supportContact} go={go} />;
      case '/go-on':
        return <GoOnPage onOpened={begun} onLeave={() => go('/')} />;
      case '/helpdesk-link':
        return <HelpdeskLinkPage onOpened={begun} onLeave={() => go('/')} />;
      case '/first-reset':
        return <FirstResetPage onOpened={begun} onLeave={() => go('/')} />;
      case '/admin':
        return <AdminPage contact={site.supportContact} signIn={site.signIn} search={search} go={go} />;
      case '/openid':
        if (site.openId == null) break;
        return <OpenIdPage go={go} />;
      case '/api-reference':
        return <ReferencePage />;
      case '/setup':
        return <SetUpPage go={go} />;
      case '/demo':
        return <DemoPage demo={site.demo} />;
      default:
    }
    return (
      <SimplePage
        title={t('not-found.title')}
        paragraphs={[t('not-found.text')]}
        action={{ label: t('action.to-start'), onPress: () => go('/') }}
      />
    );
  };

  const isWide =
    ['/demo', '/helpdesk', '/api-reference'].includes(path) ||
    (path === '/admin' && /page=(configuration|history|reports|rules)/.test(search));
  return (
    <OrganisationContext value={site?.organisation ?? 'Keyturn'}>
      <OpenIdContext value={site?.openId ?? null}>
        <PageFrame {...frame} width={isWide ? 'wide' : 'card'}>
          <CrashGuard>
            <Suspense fallback={<Skeleton />}>{page()}</Suspense>
          </CrashGuard>
        </PageFrame>
      </OpenIdContext>
    </OrganisationContext>
  );
}
