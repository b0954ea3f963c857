import { lazy, Suspense, useCallback, useEffect, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { Failure, OpenStep } from '../api.ts';
import { Covered } from '../ui/covered.tsx';
import { Aside, QuietLink } from '../ui/layout.tsx';
import { Skeleton } from '../ui/skeleton.tsx';
import { CancelPage } from './cancel-page.tsx';
import { CookiesPage } from './cookies-page.tsx';
import { forgetDraft } from './draft.ts';
import { FindingOutPage } from './finding-out-page.tsx';
import { hasEnded, type ShownStep } from './journey-state.ts';
import { keepsCookies } from './keeps-cookies.ts';
import { keepResult, keptResult } from './last-result.ts';
import { mistakeOf } from './mistake-of.ts';
import { SimplePage } from './simple-page.tsx';
import { StepPage } from './steps/step-page.tsx';
import { useJourney } from './use-journey.ts';

const HandOverPage = lazy(() => import('../phone/hand-over-page.tsx').then((module) => ({ default: module.HandOverPage })));

interface RecoverPageProps {
  opened: OpenStep | undefined;
  contact: string;
  onLeave: () => void;
  /** To signing in, where what proves somebody is set up. Absent where nobody can sign in. */
  onSetUp?: (() => void) | undefined;
  /** The step that came with the opening answer is outdated. */
  onForget: () => void;
}

/** The journey, step by step. */
export function RecoverPage({ opened, contact, onLeave, onSetUp, onForget }: RecoverPageProps) {
  const { t, i18n } = useTranslation();
  const { state, busy, answer, reload, cancel, reword, show, end } = useJourney(opened);
  const [cancelling, setCancelling] = useState(false);
  const [handing, setHanding] = useState(false);
  const ended = state.name === 'open' && (state.step.kind === 'done' || state.step.kind === 'refused');

  // While the directory is being written there is nothing left to cancel.
  const writing = state.name === 'open' && state.step.kind === 'waiting' && state.step.for === 'directory';

  useEffect(() => {
    if (!ended) return;
    forgetDraft();
    if (state.name === 'open' && state.step.kind === 'done') keepResult(state.step);
  }, [ended, state]);
  const worded = useRef(i18n.language);
  useEffect(() => {
    if (worded.current === i18n.language) return;
    worded.current = i18n.language;
    void reword();
  }, [i18n.language, reword]);
  const handed = (shown: ShownStep) => {
    setHanding(false);
    show(shown);
  };
  const endIfOver = useCallback(
    (failure: Failure) => {
      if (!hasEnded(failure)) return false;
      setHanding(false);
      end(failure);
      return true;
    },
    [end],
  );
  // Whoever leaves and comes back by the browser's buttons gets the step from the server, not the first one again.
  useEffect(() => () => onForget(), [onForget]);

  if (state.name === 'loading') return <Skeleton />;
  if (state.name === 'unreachable') {
    const retry = { label: t('action.try-again'), onPress: () => void reload() };
    return <SimplePage title={t('trouble.site.title')} mistakes={[mistakeOf(state.failure, t)]} action={retry} />;
  }
  const outcome = state.name === 'ended' ? keptResult() : undefined;
  if (outcome !== undefined) {
    const again = { label: t('action.to-start'), onPress: onLeave };
    return <SimplePage title={t(`done.title.${outcome}`)} paragraphs={[t('ended.kept')]} action={again} />;
  }
  if (state.name === 'ended' && !keepsCookies()) return <CookiesPage onRetry={() => void reload()} />;
  if (state.name === 'expired' || state.name === 'ended') {
    const again = { label: t('action.start-again'), onPress: onLeave };
    return <SimplePage title={t(`${state.name}.title`)} paragraphs={[t(`${state.name}.text`)]} action={again} />;
  }
  if (state.name === 'replaced') {
    const show = { label: t('replaced.show'), onPress: () => void reload() };
    const paragraphs = [t('replaced.text'), t(state.unused ? 'replaced.not-used' : 'replaced.unknown')];
    return <SimplePage title={t('replaced.title')} paragraphs={paragraphs} action={show} />;
  }
  const { journey } = state;
  const covered = state.findingOut === true || cancelling || handing;
  return (
    <>
      {state.findingOut === true ? (
        <FindingOutPage />
      ) : (
        cancelling && <CancelPage busy={busy} cancel={cancel} onStay={() => setCancelling(false)} onLeave={onLeave} />
      )}
      {handing && !cancelling && (
        <Suspense fallback={<Skeleton />}>
          <HandOverPage journey={journey} onHanded={handed} onBack={() => setHanding(false)} onOver={endIfOver} />
        </Suspense>
      )}
      <Covered when={covered}>
        <StepPage
          key={state.journey}
          journey={state.journey}
          step={state.step}
          arrival={state.arrival}
          passed={state.passed === true}
          failure={state.failure}
          busy={busy}
          answer={answer}
          end={end}
          contact={contact}
          onLeave={onLeave}
          onSetUp={onSetUp}
        />
        {!ended && !writing && (
          <Aside apart>
            {state.step.canHandOver === true && (
              <QuietLink toPhone onPress={() => setHanding(true)}>
                {t('hand-over.link')}
              </QuietLink>
            )}
            <QuietLink onPress={() => setCancelling(true)}>{t('cancel.link')}</QuietLink>
          </Aside>
        )}
      </Covered>
    </>
  );
}
