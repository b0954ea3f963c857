import { useCallback, useEffect, useRef, useState } from 'react';
import { api, type Failure, mayHaveHappened, type OpenStep } from '../api.ts';
import { findOut } from './find-out.ts';
import { hasEnded, type JourneyState, stateWithoutStep } from './journey-state.ts';
import type { Trouble } from './mistake-of.ts';

/** Answers the open step. `quiet`: a poll, whose failures are the caller's to show. Resolves to what was in its way, if anything. */
export type AnswerStep = (answer: object, options?: { quiet?: boolean }) => Promise<Trouble | undefined>;

export interface Journey {
  state: JourneyState;
  busy: boolean;
  answer: AnswerStep;
  reload: () => Promise<void>;
  cancel: () => Promise<Failure | undefined>;
}

/**
 * The open journey: its step comes from the server, after a reload of the page too. One answer is on its way at a
 * time; an answer that was sent twice meets `journey.step-passed`, which brings the step where the journey really is. Where no
 * good answer comes to an answer, the journey is asked until it tells what became of it.
 */
export function useJourney(opened: OpenStep | undefined): Journey {
  const [state, setState] = useState<JourneyState>(() =>
    opened === undefined ? { name: 'loading' } : { name: 'open', step: opened.step },
  );
  const [busy, setBusy] = useState(false);
  const [given] = useState(opened);
  const sending = useRef(false);
  const left = useRef(new AbortController());
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
      try {
        const outcome = await api.answer(stepId, body as never);
        if (outcome.ok) {
          setState({ name: 'open', step: outcome.value.step });
          return undefined;
        }
        const { failure } = outcome;
        if (failure.kind === 'problem' && failure.step !== undefined) setState({ name: 'open', step: failure.step, passed: true });
        else if (hasEnded(failure)) setState(stateWithoutStep(failure));
        else if (quiet) return failure;
        else if (mayHaveHappened(failure)) {
          setState((now) => (now.name === 'open' ? { name: 'open', step: now.step, findingOut: true } : now));
          const found = await findOut(stepId, failure, left.current.signal);
          if (found !== undefined) setState(found);
          return found?.name === 'open' ? found.failure : failure;
        } else setState((now) => (now.name === 'open' ? { name: 'open', step: now.step, failure } : now));
        return failure;
      } finally {
        sending.current = false;
        setBusy(false);
      }
    },
    [stepId],
  );

  const cancel = useCallback(async () => {
    setBusy(true);
    const outcome = await api.cancelJourney();
    const failure = outcome.ok || hasEnded(outcome.failure) ? undefined : outcome.failure;
    const isOver = failure !== undefined && mayHaveHappened(failure) && (await hasBeenCancelled());
    setBusy(false);
    return isOver ? undefined : failure;
  }, []);

  useEffect(() => {
    if (given === undefined) void reload();
  }, [given, reload]);
  useEffect(() => {
    // In development React mounts twice.
    left.current = new AbortController();
    return () => left.current.abort();
  }, []);

  return { state, busy, answer, reload, cancel };
}

async function hasBeenCancelled(): Promise<boolean> {
  const outcome = await api.currentStep();
  return outcome.ok ? outcome.value.step.kind === 'refused' : hasEnded(outcome.failure);
}
