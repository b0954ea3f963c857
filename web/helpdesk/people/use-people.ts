import { useCallback, useEffect, useState } from 'react';
import type { FindPeopleQuery, FoundPersonRow } from '../../../shared/api/people.ts';
import type { Failure } from '../../api.ts';
import { isOver } from '../../me/use-loaded.ts';
import { useSettled } from '../../use-settled.ts';
import { peopleApi } from './people-api.ts';

/** Nothing is asked while somebody still types; milliseconds. */
const TYPING = 250;

interface Found {
  people: readonly FoundPersonRow[];
  cursor: string | null;
  /** Of some people, whoever was looked for, the directory does not tell what was asked. */
  untold: boolean;
  failure: Failure | undefined;
  busy: boolean;
}

const NOTHING: Found = { people: [], cursor: null, untold: false, failure: undefined, busy: true };

/** People of one directory: asked for by itself, so that no other one waits for it, and no more once something else is wanted. */
export function usePeople({ directory, text, filter, enrolled, place }: Omit<FindPeopleQuery, 'cursor'>, onOver: () => void) {
  const [found, setFound] = useState<Found>(NOTHING);
  const ask = useCallback(
    async (signal: AbortSignal, before: readonly FoundPersonRow[], cursor?: string) => {
      setFound((last) => ({ ...last, busy: true, failure: undefined }));
      const outcome = await peopleApi.find({ directory, text, filter, enrolled, place, cursor }, signal);
      if (signal.aborted) return;
      if (outcome.ok) {
        const { people, cursor: next, untold } = outcome.value;
        return setFound({ people: [...before, ...people], cursor: next, untold, failure: undefined, busy: false });
      }
      if (isOver(outcome.failure)) return onOver();
      setFound({ people: before, cursor: cursor ?? null, untold: false, failure: outcome.failure, busy: false });
    },
    [directory, text, filter, enrolled, place, onOver],
  );
  useSettled(
    useCallback((signal: AbortSignal) => ask(signal, []), [ask]),
    directory,
    TYPING,
  );
  const [rest] = useState(() => new AbortController());
  useEffect(() => () => rest.abort(), [rest]);
  return {
    ...found,
    more: () => void ask(rest.signal, found.people, found.cursor ?? undefined),
    again: () => void ask(rest.signal, []),
  };
}
