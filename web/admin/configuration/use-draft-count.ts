import { useCallback, useEffect, useRef, useState } from 'react';
import type { DraftCount, PeopleCount } from '../../../shared/api/people-count.ts';
import type { Failure, Outcome } from '../../api.ts';
import { isOver } from '../../me/use-loaded.ts';
import { useSettled } from '../../use-settled.ts';
import { adminApi } from '../admin-api.ts';
import type { Json } from './setting-schema.ts';

/** How often a page looks how far a count is; milliseconds. */
const LOOK_EVERY = 1000;

export interface DraftCounted {
  /** undefined: not known yet, and `isAsking` unless there is a failure. */
  value: DraftCount | undefined;
  isAsking: boolean;
  failure: Failure | undefined;
  /** A count that goes on, whoever began it. */
  running: NonNullable<PeopleCount['latest']> | undefined;
  begin: () => void;
  cancel: () => void;
  takeList: () => Promise<string | undefined>;
}

/**
 * What a draft would do to people, asked anew for each change of it. Whatever is on its way for a draft that is shown no more is given up:
 * the question, and a count that was begun for it here and for which nobody else waits.
 */
export function useDraftCount(document: Json, base: number, onOver: () => void): DraftCounted {
  const [value, setValue] = useState<DraftCount>();
  /** Of the question, and of looking how far a count is: that one goes well says nothing of the other. */
  const [failure, setFailure] = useState<Failure>();
  const [trouble, setTrouble] = useState<Failure>();
  const [running, setRunning] = useState<DraftCounted['running']>();
  /** By what this page leaves a count that was begun, or joined, for the draft that is shown. */
  const wait = useRef<string>(undefined);
  const isShown = useRef<AbortSignal>(undefined);

  /** What came for the draft that is shown; undefined: nothing, or for another one. */
  const taken = useCallback(
    <T>(outcome: Outcome<T>, signal: AbortSignal | undefined, fail: (failure: Failure | undefined) => void): T | undefined => {
      if (signal?.aborted !== false) return undefined;
      fail(outcome.ok ? undefined : outcome.failure);
      if (outcome.ok) return outcome.value;
      if (isOver(outcome.failure)) onOver();
      return undefined;
    },
    [onOver],
  );
  const ask = useCallback(
    async (signal: AbortSignal) => {
      const told = taken(await adminApi.countDraft(document, base, signal), signal, setFailure);
      if (told !== undefined) setValue(told);
    },
    [document, base, taken],
  );
  /** @returns whether a count has come to its end, whose numbers are to be asked for */
  const note = useCallback(
    (outcome: Outcome<PeopleCount>, signal: AbortSignal | undefined): boolean => {
      const told = taken(outcome, signal, setTrouble);
      if (told === undefined) return false;
      const latest = told.latest?.state === 'running' ? told.latest : undefined;
      setRunning(latest);
      if (latest === undefined) wait.current = undefined;
      return latest === undefined;
    },
    [taken],
  );
  const noteAndAsk = useCallback(
    async (outcome: Outcome<PeopleCount>, signal: AbortSignal | undefined) => {
      if (note(outcome, signal) && signal !== undefined) await ask(signal);
    },
    [note, ask],
  );

  // biome-ignore lint/correctness/useExhaustiveDependencies: another draft is asked about by another `ask`, and what was told of the last one ends.
  useEffect(() => {
    const gone = new AbortController();
    isShown.current = gone.signal;
    setValue(undefined);
    setFailure(undefined);
    setTrouble(undefined);
    const leave = () => {
      if (wait.current !== undefined) void adminApi.leaveCount(wait.current);
      wait.current = undefined;
    };
    window.addEventListener('pagehide', leave);
    return () => {
      window.removeEventListener('pagehide', leave);
      gone.abort();
      leave();
    };
  }, [ask]);
  useSettled(
    useCallback(
      async (signal: AbortSignal) => {
        const look = async () => note(await adminApi.peopleCount(), signal);
        await Promise.all([ask(signal), look()]);
      },
      [ask, note],
    ),
    'draft',
  );
  useEffect(() => {
    if (running === undefined) return;
    const signal = isShown.current;
    const timer = setTimeout(() => void adminApi.peopleCount().then((outcome) => noteAndAsk(outcome, signal)), LOOK_EVERY);
    return () => clearTimeout(timer);
  }, [running, noteAndAsk]);

  const begin = async () => {
    const signal = isShown.current;
    const outcome = await adminApi.countPeople({ document, base });
    // What was left while it was being begun could not be left before it was there.
    if (signal?.aborted === true && outcome.ok) return void (await adminApi.leaveCount(outcome.value.wait));
    if (outcome.ok) wait.current = outcome.value.wait;
    await noteAndAsk(outcome, signal);
  };
  const cancel = async () => noteAndAsk(await adminApi.cancelCount(), isShown.current);
  const takeList = async () => taken(await adminApi.peopleMoved(document, base), isShown.current, setTrouble);
  const isAsking = value === undefined && failure === undefined;
  return { value, isAsking, failure: failure ?? trouble, running, begin: () => void begin(), cancel: () => void cancel(), takeList };
}
