import { useCallback, useEffect, useRef, useState } from 'react';
import type { Step } from '../../shared/api/journeys.ts';
import { api, type Failure, type OpenStep } from '../api.ts';

/** Where the journey is. `passed`: the last answer had arrived before; `failure`: why the last answer brought nothing. */
export type JourneyState =
  | { name: 'loading' }
  | { name: 'ended' }
  | { name: 'expired' }
  | { name: 'unreachable'; failure: Failure }
  | { name: 'open'; step: Step; passed?: boolean; failure?: Failure };

/** Answers the open step. `quiet`: a poll, whose failures are the caller's to show. Resolves to the failure, if any. */
export type AnswerStep = (answer: object, options?: { quiet?: boolean }) => Promise<Failure | undefined>;

export interface Journey {
  state: JourneyState;
  busy: boolean;
  answer: AnswerStep;
  reload: () => Promise<void>;
  cancel: () => Promise<Failure | undefined>;
}

/**
 * The open journey: its step comes from the server, after a reload of the page too. One answer is on its way at a
 * time; an answer that was sent twice meets `journey.step-passed`, which brings the step where the journey really is.
 */
export function useJourney(opened: OpenStep | undefined): Journey {
  const [state, setState] = useState<JourneyState>(() =>
    opened === undefined ? { name: 'loading' } : { name: 'open', step: opened.step },
  );
  const [busy, setBusy] = useState(false);
  const [given] = useState(opened);
  const sending = useRef(false);
  const stepId = state.name === 'open' ? state.step.id : undefined;

  const reload = useCallback(async () => {
    const outcome = await api.currentStep();
    setState(outcome.ok ? { name: 'open', step: outcome.value.step } : stateWithoutStep(outcome.failure));
  }, []);

  const answer: AnswerStep = useCallback(
    async (body, { quiet = false } = {}) => {
      if (sending.current || stepId === undefined) return undefined;
      sending.current = true;
      if (!quiet) setBusy(true);
      const outcome = await api.answer(stepId, body as never);
      sending.current = false;
      setBusy(false);
      if (outcome.ok) {
        setState({ name: 'open', step: outcome.value.step });
        return undefined;
      }
      const { failure } = outcome;
      if (failure.kind === 'problem' && failure.step !== undefined) setState({ name: 'open', step: failure.step, passed: true });
      else if (hasEnded(failure)) setState(stateWithoutStep(failure));
      else if (!quiet) setState((now) => (now.name === 'open' ? { name: 'open', step: now.step, failure } : now));
      return failure;
    },
    [stepId],
  );

  const cancel = useCallback(async () => {
    setBusy(true);
    const outcome = await api.cancelJourney();
    setBusy(false);
    return outcome.ok || hasEnded(outcome.failure) ? undefined : outcome.failure;
  }, []);

  useEffect(() => {
    if (given === undefined) void reload();
  }, [given, reload]);

  return { state, busy, answer, reload, cancel };
}

function hasEnded(failure: Failure): boolean {
  return failure.kind === 'problem' && ['journey.expired', 'journey.not-found', 'journey.token-missing'].includes(failure.code);
}

function stateWithoutStep(failure: Failure): JourneyState {
  if (failure.kind === 'problem' && failure.code === 'journey.expired') return { name: 'expired' };
  return hasEnded(failure) ? { name: 'ended' } : { name: 'unreachable', failure };
}
