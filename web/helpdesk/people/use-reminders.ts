import { useCallback, useEffect, useRef, useState } from 'react';
import type { FindPeopleQuery } from '../../../shared/api/people.ts';
import type { NotReminded, Reminded } from '../../../shared/api/reminders.ts';
import type { Failure } from '../../api.ts';
import { isOver } from '../../me/use-loaded.ts';
import { peopleApi } from './people-api.ts';

/** Named people who go into one request. */
const AT_ONCE = 25;

interface Ref {
  directory: string;
  id: string;
}

/** Who is to be reminded: some who are named, or everybody whom a search finds, page by page. */
export type Whom = { people: readonly Ref[] } | { wanted: Omit<FindPeopleQuery, 'cursor'> };

/** How far it is. */
export interface Progress {
  looked: number;
  reminded: number;
  passed: ReadonlyMap<NotReminded, number>;
  state: 'running' | 'stopped' | 'failed' | 'done';
  failure?: Failure;
}

type Ask = (signal: AbortSignal) => Promise<{ answer: Reminded; next: Ask | null } | { failure: Failure }>;

/** Has people reminded in portions, so that who asks sees how far it is, and can stop it and go on: nobody is mailed twice within a day. */
export function useReminders(onOver: () => void) {
  const [progress, setProgress] = useState<Progress>();
  const rest = useRef<Ask | null>(null);
  const leaving = useRef<AbortController | undefined>(undefined);
  useEffect(() => () => leaving.current?.abort(), []);

  const run = useCallback(
    async (first: Ask, before: Progress) => {
      const abort = new AbortController();
      leaving.current?.abort();
      leaving.current = abort;
      let so = before;
      setProgress(so);
      for (let ask: Ask | null = first; ask !== null; ) {
        rest.current = ask;
        const outcome: Awaited<ReturnType<Ask>> = await ask(abort.signal);
        if (abort.signal.aborted) return;
        if ('failure' in outcome) {
          if (isOver(outcome.failure)) return onOver();
          return setProgress({ ...so, state: 'failed', failure: outcome.failure });
        }
        ask = outcome.next;
        so = withAnswer(so, outcome.answer, ask === null ? 'done' : 'running');
        setProgress(so);
      }
    },
    [onOver],
  );
  return {
    progress,
    start: (whom: Whom) => void run('people' in whom ? named(whom.people) : found(whom.wanted), NOTHING_YET),
    /** What has left by then is not called back. */
    stop: () => {
      leaving.current?.abort();
      setProgress((before) => before && { ...before, state: 'stopped' });
    },
    goOn: () => progress !== undefined && rest.current !== null && void run(rest.current, { ...progress, state: 'running' }),
    forget: () => setProgress(undefined),
  };
}

const NOTHING_YET: Progress = { looked: 0, reminded: 0, passed: new Map(), state: 'running' };

function named(people: readonly Ref[]): Ask {
  return async (signal) => {
    const portion = people.slice(0, AT_ONCE).map(({ directory, id }) => ({ directory, id }));
    const outcome = await peopleApi.remind({ people: portion }, signal);
    const left = people.slice(AT_ONCE);
    return outcome.ok ? { answer: outcome.value, next: left.length === 0 ? null : named(left) } : outcome;
  };
}

function found(wanted: Omit<FindPeopleQuery, 'cursor'>, cursor?: string): Ask {
  return async (signal) => {
    const outcome = await peopleApi.remind({ wanted: { ...wanted, ...(cursor === undefined ? {} : { cursor }) } }, signal);
    if (!outcome.ok) return outcome;
    const next = outcome.value.cursor;
    return { answer: outcome.value, next: next === null ? null : found(wanted, next) };
  };
}

function withAnswer({ looked, reminded, passed }: Progress, answer: Reminded, state: Progress['state']): Progress {
  const counts = new Map(passed);
  for (const { because, count } of answer.passed) counts.set(because, (counts.get(because) ?? 0) + count);
  const more = answer.passed.reduce((sum, { count }) => sum + count, answer.reminded);
  return { looked: looked + more, reminded: reminded + answer.reminded, passed: counts, state };
}
