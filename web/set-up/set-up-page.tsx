import { useCallback, useEffect, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { FinishedSetUp, ShownSetUp } from '../../shared/api/set-up.ts';
import type { Failure } from '../api.ts';
import { mistakeOf } from '../portal/mistake-of.ts';
import { SimplePage } from '../portal/simple-page.tsx';
import { loadSetUpTexts } from '../texts.ts';
import { Exact } from '../ui/layout.tsx';
import { Notice } from '../ui/notice.tsx';
import { Skeleton } from '../ui/skeleton.tsx';
import { useOpenedLink } from '../use-opened-link.ts';
import { useTexts } from '../use-texts.ts';
import { AccountStep } from './account-step.tsx';
import { AddressStep } from './address-step.tsx';
import { FinishStep } from './finish-step.tsx';
import { FirstResetStep } from './first-reset-step.tsx';
import { MailStep } from './mail-step.tsx';
import { OpenSetUpPage } from './open-set-up-page.tsx';
import { OrganisationStep } from './organisation-step.tsx';
import { RolesStep } from './roles-step.tsx';
import { RulesStep } from './rules-step.tsx';
import { setUpApi } from './set-up-api.ts';
import type { StepProps } from './step.tsx';

/** From an empty data folder to a configuration in force, for who holds the link of the console. */
export function SetUpPage({ go }: { go: (to: string) => void }) {
  return useTexts(loadSetUpTexts) ? <SetUpContent go={go} /> : <Skeleton />;
}

const STEPS = [AddressStep, AccountStep, OrganisationStep, MailStep, RulesStep, RolesStep] as const;
/** Putting it into force, and the reset of a test person, come after those that are saved. */
const COUNT = STEPS.length + 2;
/** What stands in the link of the console. */
const SECRET = /^[\w-]{43}$/;

/** Where somebody goes on who has come back: at the first part that is not answered. */
function firstOpen({ answers, known }: ShownSetUp): number {
  const answered = [
    answers.directory,
    known.directory ? true : undefined,
    answers.organisation,
    answers.mail,
    answers.template,
    answers.roles,
  ];
  const open = answered.indexOf(undefined);
  return open === -1 ? STEPS.length : open;
}

function SetUpContent({ go }: { go: (to: string) => void }) {
  const { t } = useTranslation('set-up');
  const { t: portal } = useTranslation();
  const [link, forgetLink] = useOpenedLink();
  const isLink = SECRET.test(link);
  const [setUp, setSetUp] = useState<ShownSetUp>();
  const [failure, setFailure] = useState<Failure>();
  const [at, setAt] = useState(0);
  const [finished, setFinished] = useState<FinishedSetUp>();
  // The configuration is in force, and its node tells the rest.
  const [isTrying, setIsTrying] = useState(false);
  const [isDone, setIsDone] = useState(false);
  const load = useCallback(async () => {
    const outcome = await setUpApi.read();
    // There is a configuration: one step may be left of the set-up that has made it.
    if (!outcome.ok && outcome.failure.kind === 'problem' && outcome.failure.status === 404) {
      const left = await setUpApi.firstReset();
      const isOver = !left.ok && left.failure.kind === 'problem' && ['set-up.over', 'set-up.not-open'].includes(left.failure.code);
      if (!isOver) return setIsTrying(true);
    }
    setFailure(outcome.ok ? undefined : outcome.failure);
    if (!outcome.ok) return;
    setSetUp(outcome.value);
    setAt(firstOpen(outcome.value));
  }, []);
  useEffect(() => {
    if (!isLink) void load();
  }, [isLink, load]);
  const leaveTrying = useCallback((last: FinishedSetUp | undefined) => {
    setFinished(last);
    setIsDone(true);
  }, []);

  if (isLink) return <OpenSetUpPage key={link} secret={link} onOpened={forgetLink} />;
  if (isDone && finished !== undefined) return <DonePage finished={finished} />;
  if (isTrying && !isDone) {
    const progress = t('step', { number: COUNT, count: COUNT });
    return <FirstResetStep progress={progress} finished={finished} onDone={leaveTrying} />;
  }
  if (isDone || failure !== undefined) {
    if (failure === undefined || (failure.kind === 'problem' && failure.status === 404))
      return (
        <SimplePage
          title={t('over.title')}
          paragraphs={[t('over.text')]}
          action={{ label: t('over.button'), onPress: () => go('/admin') }}
        />
      );
    const retry = { label: portal('action.try-again'), onPress: () => void load() };
    return <SimplePage title={t('closed.title')} mistakes={[mistakeOf(failure, portal)]} action={retry} />;
  }
  if (setUp === undefined) return <Skeleton />;
  const props: StepProps = {
    setUp,
    progress: t('step', { number: at + 1, count: COUNT }),
    onSaved: setSetUp,
    onNext: () => setAt(at + 1),
    ...(at === 0 ? {} : { onBack: () => setAt(at - 1) }),
  };
  const begin = (last: FinishedSetUp) => {
    setFinished(last);
    setIsTrying(true);
  };
  const Step = STEPS[at];
  // Each step begins anew: its fields are its own.
  return Step === undefined ? <FinishStep key="finish" {...props} onDone={begin} /> : <Step key={at} {...props} />;
}

/** The configuration is in force; what is left to do. */
function DonePage({ finished: { invitation, publicUrl } }: { finished: FinishedSetUp }) {
  const { t } = useTranslation('set-up');
  return (
    <SimplePage title={t('done.title')}>
      <p>{t('done.text')}</p>
      {invitation === null ? (
        <p>{t('done.no-invitation')}</p>
      ) : (
        <Notice>
          {t('done.invitation')}
          <Exact>
            <a href={invitation}>{invitation}</a>
          </Exact>
        </Notice>
      )}
      <p>
        <a href={publicUrl}>{t('done.to-portal')}</a>
      </p>
    </SimplePage>
  );
}
