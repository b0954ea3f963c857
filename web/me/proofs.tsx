import { useEffect, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { Failure, OpenStep, Outcome } from '../api.ts';
import { forgetDraft, loadDraft } from '../portal/draft.ts';
import { FindingOutPage } from '../portal/finding-out-page.tsx';
import { mistakeOf } from '../portal/mistake-of.ts';
import { SimplePage } from '../portal/simple-page.tsx';
import { StepPage } from '../portal/steps/step-page.tsx';
import { useJourney } from '../portal/use-journey.ts';
import { Aside, QuietLink } from '../ui/layout.tsx';
import { Skeleton } from '../ui/skeleton.tsx';
import { PasswordStep } from './password-step.tsx';

/** Ends after which there is something to take up. */
const GOOD: ReadonlySet<string> = new Set(['signed-in', 'password-reset', 'proven']);

interface ProofsProps {
  opened: OpenStep;
  contact: string;
  /** Takes up what the journey has proven. */
  take: (journey: string) => Promise<Outcome<unknown>>;
  onTaken: () => void;
  onAgain: () => void;
  /** Whose they are, where it is not the name that was typed to begin with. */
  of?: string;
}

/** The steps of a journey that ends in a session, or raises one. */
export function Proofs({ opened, contact, take, onTaken, onAgain, of }: ProofsProps) {
  const { t } = useTranslation('me');
  const { t: portal } = useTranslation();
  const { state, busy, answer, reload, end } = useJourney(opened);
  const [account] = useState(() => of ?? loadDraft()?.account ?? '');
  const [failure, setFailure] = useState<Failure>();
  const exchanging = useRef(false);
  const step = state.name === 'open' ? state.step : undefined;
  const journey = state.name === 'open' ? state.journey : '';

  // Where there is one way only, choosing is no question.
  const onlyOption = step?.kind === 'choose-factor' && step.options.length === 1 ? step.options[0]?.id : undefined;
  useEffect(() => {
    if (onlyOption !== undefined) void answer({ option: onlyOption });
  }, [onlyOption, answer]);

  const outcome = step?.kind === 'done' ? step.results[0]?.outcome : undefined;
  const isIn = outcome !== undefined && GOOD.has(outcome);
  useEffect(() => {
    if (!isIn || exchanging.current) return;
    exchanging.current = true;
    forgetDraft();
    void take(journey).then((answered) => (answered.ok ? onTaken() : setFailure(answered.failure)));
  }, [isIn, journey, take, onTaken]);

  const again = { label: portal('action.start-again'), onPress: onAgain };
  if (failure !== undefined) return <SimplePage title={t('sign-in.not-opened')} mistakes={[mistakeOf(failure, portal)]} action={again} />;
  if (state.name === 'loading' || isIn || onlyOption !== undefined) return <Skeleton />;
  if (state.name === 'unreachable') {
    const retry = { label: portal('action.try-again'), onPress: () => void reload() };
    return <SimplePage title={portal('trouble.site.title')} mistakes={[mistakeOf(state.failure, portal)]} action={retry} />;
  }
  if (state.name !== 'open') return <SimplePage title={t('sign-in.over')} paragraphs={[t('sign-in.over.text')]} action={again} />;
  if (state.findingOut === true) return <FindingOutPage />;
  const props = {
    journey: state.journey,
    arrival: state.arrival,
    passed: state.passed === true,
    failure: state.failure,
    busy,
    answer,
    end,
    contact,
    onLeave: onAgain,
  };
  const ended = state.step.kind === 'done' || state.step.kind === 'refused';
  return (
    <>
      {state.step.kind === 'password' ? (
        <PasswordStep key={state.step.kind} step={state.step} account={account} {...props} />
      ) : (
        <StepPage key={state.journey} step={state.step} {...props} />
      )}
      {!ended && (
        <Aside apart>
          <QuietLink onPress={onAgain}>{portal('action.start-again')}</QuietLink>
        </Aside>
      )}
    </>
  );
}
