import { useCallback, useState } from 'react';
import type { AdminTried } from '../../shared/api/admin.ts';
import type { Client } from '../../shared/api/journeys.ts';
import type { Failure } from '../api.ts';
import { isOver } from '../me/use-loaded.ts';
import { useSettled } from '../use-settled.ts';
import { adminApi } from './admin-api.ts';

/** Of whom, and from where. */
export interface Tried {
  account: { name: string };
  client: Client['kind'];
  address?: string;
}

export interface Trying {
  /** What is known of the one who was tried. The verdicts are those on the password as it stands; none, while they are on their way. */
  value: AdminTried | undefined;
  failure: Failure | undefined;
  busy: boolean;
  begin: (who: Tried) => void;
  /** What was tried is another one now. */
  forget: () => void;
}

/**
 * Tries one account when it is told to, and from then on judges the password anew while it is typed. A judgement that comes after the next
 * letter is given up.
 */
export function useTried(password: string, onOver: () => void): Trying {
  const [who, setWho] = useState<Tried>();
  const [told, setTold] = useState<{ tried: AdminTried; password: string }>();
  const [failure, setFailure] = useState<Failure>();
  const [busy, setBusy] = useState(false);

  const ask = useCallback(
    async (signal: AbortSignal) => {
      if (who === undefined) return;
      const outcome = await adminApi.try({ ...who, ...(password === '' ? {} : { password }) }, signal);
      if (signal.aborted) return;
      setBusy(false);
      if (!outcome.ok && isOver(outcome.failure)) return onOver();
      setFailure(outcome.ok ? undefined : outcome.failure);
      setTold(outcome.ok ? { tried: outcome.value, password } : undefined);
    },
    [who, password, onOver],
  );
  useSettled(who === undefined ? undefined : ask, who);

  const begin = (next: Tried) => {
    setBusy(true);
    setWho(next);
  };
  const forget = () => {
    setWho(undefined);
    setTold(undefined);
    setFailure(undefined);
    setBusy(false);
  };
  return { value: told === undefined ? undefined : standing(told, password), failure, busy, begin, forget };
}

function standing({ tried, password }: { tried: AdminTried; password: string }, typed: string): AdminTried {
  return password === typed ? tried : { ...tried, password: { ...tried.password, acceptable: null } };
}
