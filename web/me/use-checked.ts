import { useCallback, useState } from 'react';
import type { Rule, Verdict } from '../../shared/api/journeys.ts';
import { useSettled } from '../use-settled.ts';
import { meApi } from './me-api.ts';

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
  const ask = useCallback(
    async (signal: AbortSignal) => {
      const outcome = await meApi.checkPassword(password, chosen.split(' '), signal);
      if (outcome.ok) setChecked({ password, accounts: chosen, ...outcome.value });
    },
    [password, chosen],
  );
  const isNothing = saving || chosen === '' || (password === '' && chosen === 'own');
  useSettled(isNothing ? undefined : ask, 'new-password');
  const isFor = checked?.accounts === chosen;
  return {
    rules: isFor ? checked.rules : rules,
    verdicts: isFor && checked.password === password ? checked.verdicts : [],
  };
}
