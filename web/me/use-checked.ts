import { useEffect, useState } from 'react';
import type { Rule, Verdict } from '../../shared/api/journeys.ts';
import { meApi } from './me-api.ts';

const PAUSE_MS = 400;

interface Checked {
  password: string;
  accounts: string;
  rules: readonly Rule[];
  verdicts: readonly Verdict[];
}

/**
 * The rules for all of these accounts, and the server's verdicts on what stands there now, after a pause in typing.
 * @param rules those of the account that is signed in, until the server has told others
 */
export function useChecked({
  password,
  accounts,
  saving,
  rules,
}: {
  password: string;
  accounts: readonly string[];
  saving: boolean;
  rules: readonly Rule[];
}): { rules: readonly Rule[]; verdicts: readonly Verdict[] } {
  const [checked, setChecked] = useState<Checked>();
  const chosen = accounts.join(' ');
  const isOwnAlone = chosen === 'own';
  useEffect(() => {
    if (saving || chosen === '' || (password === '' && isOwnAlone)) return undefined;
    const abort = new AbortController();
    const timer = setTimeout(async () => {
      const outcome = await meApi.checkPassword(password, chosen.split(' '), abort.signal);
      if (outcome.ok) setChecked({ password, accounts: chosen, ...outcome.value });
    }, PAUSE_MS);
    return () => {
      clearTimeout(timer);
      abort.abort();
    };
  }, [password, chosen, isOwnAlone, saving]);
  const isFor = checked?.accounts === chosen;
  return {
    rules: isFor ? checked.rules : rules,
    verdicts: isFor && checked.password === password ? checked.verdicts : [],
  };
}
