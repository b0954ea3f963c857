import { useCallback, useEffect, useRef, useState } from 'react';
import { api, type Failure, mayHaveHappened, type OpenStep } from '../api.ts';
import { findOut } from './find-out.ts';
import { arrived, hasEnded, type JourneyState, type ShownStep, stateWithoutStep } from './journey-state.ts';
import type { Trouble } from './mistake-of.ts';

/** Answers the open step. `quiet`: a poll, whose failures are the caller's to show. Resolves to what was in its way, if anything. */
export type AnswerStep = (answer: object, options?: { quiet?: boolean }) => Promise<Trouble | undefined>;

export interface Journey {
  state: JourneyState;
  busy: boolean;
  answer: AnswerStep;
  /** Shows the journey of this browser, whichever that is now. */
  reload: () => Promise<void>;
  /** Ends the journey that is shown. */
  cancel: () => Promise<Failure | undefined>;
  /** Reads the step that is shown once more, in the language that the page has now. What was typed stays. */
  reword: () => Promise<void>;
  /** Shows a step that another question to the same journey has brought. */
  show: (shown: ShownStep) => void;
  /** What is shown has ended: `failure` of another question to the same journey says so. */
  end: (failure: Failure) => void;
}

/**
 * The journey that this page shows: its step comes from the server, after a reload of the page too. Whatever is asked of it names
 * it, as another tab may have begun another one. One answer is on its way at a time; an answer that was sent twice meets
 * `journey.step-passed`, which brings the step where the journey really is. Where no good answer comes to an answer, the journey is
 * asked until it tells what became of it.
 */
export function useJourney(opened: OpenStep | undefined): Journey {
  const [state, setState] = useState<JourneyState>(() => (opened === undefined ? { name: 'loading' } : arrived(opened)));
  const [busy, setBusy] = useState(false);
  const [given] = useState(opened);
  const sending = useRef(false);
  const left = useRef(new AbortController());
  const latest = useRef(state);
  latest.current = state;

  const reload = useCallback(async () => {
    const outcome = await api.currentStep();
    setState(outcome.ok ? arrived(outcome.value) : stateWithoutStep(outcome.failure));
  }, []);

  const answer: AnswerStep = useCallback(async (body, { quiet = false } = {}) => {
    if (sending.current || latest.current.name !== 'open') return undefined;
    sending.current = true;
    if (!quiet) setBusy(true);
    const { journey, step } = latest.current;
    const shown = { journey, step };
    try {
      const outcome = await api.answer(journey, step.id, body as never);
      if (outcome.ok) {
        setState(arrived(outcome.value));
        return undefined;
      }
      const { failure } = outcome;
      if (failure.kind === 'problem' && failure.step !== undefined) {
        // Whoever polls has given no answer that could have arrived before.
        setState(arrived({ journey, step: failure.step }, { passed: !quiet }));
        if (quiet) return undefined;
      } else if (hasEnded(failure)) setState(stateWithoutStep(failure, true));
      else if (quiet) return failure;
      else if (mayHaveHappened(failure)) {
        setState(arrived(shown, { findingOut: true }));
        const found = await findOut(shown, failure, left.current.signal);
        if (found !== undefined) setState(found);
        return found?.name === 'open' ? found.failure : failure;
      } else setState(arrived(shown, { failure }));
      return failure;
    } finally {
      sending.current = false;
      setBusy(false);
    }
  }, []);

  const cancel = useCallback(async () => {
    if (latest.current.name !== 'open') return undefined;
    const { journey } = latest.current;
    setBusy(true);
    const outcome = await api.cancelJourney(journey);
    const failure = outcome.ok || hasEnded(outcome.failure) ? undefined : outcome.failure;
    const isOver = failure !== undefined && mayHaveHappened(failure) && (await hasBeenCancelled(journey));
    setBusy(false);
    return isOver ? undefined : failure;
  }, []);

  const reword = useCallback(async () => {
    if (latest.current.name !== 'open') return;
    const outcome = await api.stepOf(latest.current.journey);
    if (!outcome.ok) return;
    const { journey, step } = outcome.value;
    setState((now) => (now.name === 'open' && now.journey === journey && now.step.id === step.id ? { ...now, step } : now));
  }, []);

  const show = useCallback((shown: ShownStep) => setState(arrived(shown)), []);
  const end = useCallback((failure: Failure) => setState(stateWithoutStep(failure)), []);

  useEffect(() => {
    if (given === undefined) void reload();
  }, [given, reload]);
  useEffect(() => {
    // In development React mounts twice.
    left.current = new AbortController();
    return () => left.current.abort();
  }, []);

  return { state, busy, answer, reload, cancel, reword, show, end };
}

async function hasBeenCancelled(journey: string): Promise<boolean> {
  const outcome = await api.stepOf(journey);
  return outcome.ok ? outcome.value.step.kind === 'refused' : hasEnded(outcome.failure);
}
