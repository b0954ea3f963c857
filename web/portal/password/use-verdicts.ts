import { useCallback, useEffect, useMemo, useState } from 'react';
import type { Rule, StrengthLevel, Verdict } from '../../../shared/api/journeys.ts';
import { judgeRules } from '../../../shared/password-rules/judge.ts';
import { api, type Failure } from '../../api.ts';
import type { RuleState } from '../../ui/rule-list.tsx';
import { useSettled } from '../../use-settled.ts';
import { hasEnded } from '../journey-state.ts';
import { pause } from '../pause.ts';

export interface RuleVerdict {
  text: string;
  state: RuleState;
  /** What is wrong, as a finished sentence; only the server has one. */
  refusal?: string;
}

interface Judged {
  journey: string;
  password: string;
  rules: readonly Rule[];
  /** The verdicts on the password that the server has just sent back. */
  refused: readonly Verdict[] | undefined;
  /** The password is on its way, and a check of it would come too late. */
  saving: boolean;
  /** There is nothing left that the password could be saved in. Must be the same function at every render. */
  onEnded: (failure: Failure) => void;
}

/** The server may have told no strength because its estimate was late: it is asked a few times more while the same password stands there. */
const ASK_AGAIN_MS = 2000;
const MOST_ASKED = 5;

interface Checked {
  password: string;
  verdicts: readonly Verdict[];
  strength?: StrengthLevel | undefined;
}

/** How long guessing would take; `pending` while the server is asked, undefined when it does not tell. */
export type Strength = StrengthLevel | 'pending' | undefined;

/**
 * Verdicts on a password while it is typed: at once from the rules that need the password alone, and after a pause
 * from the server for the others and for its strength.
 * The pure rules are judged by the same module as on the server, so the two never contradict each other.
 */
export function useVerdicts({ journey, password, rules, refused, saving, onEnded }: Judged): {
  verdicts: RuleVerdict[];
  unreachable: boolean;
  strength: Strength;
} {
  const [checked, setChecked] = useState<Checked>();
  const [sentBack, setSentBack] = useState<Checked>();
  const [unreachable, setUnreachable] = useState(false);

  // biome-ignore lint/correctness/useExhaustiveDependencies: the verdicts belong to the password that stood there when they came.
  useEffect(() => {
    setSentBack(refused === undefined ? undefined : { password, verdicts: refused });
  }, [refused]);

  const ask = useCallback(
    async (signal: AbortSignal) => {
      let asked = 0;
      do {
        asked += 1;
        const outcome = await api.checkPassword(journey, password, signal);
        if (signal.aborted) return;
        if (!outcome.ok && hasEnded(outcome.failure)) return onEnded(outcome.failure);
        if (outcome.ok) setChecked({ password, verdicts: outcome.value.verdicts, strength: outcome.value.strength });
        setUnreachable(!outcome.ok);
        if (!outcome.ok || outcome.value.strength !== undefined) return;
      } while (asked < MOST_ASKED && (await pause(ASK_AGAIN_MS, signal)));
    },
    [journey, password, onEnded],
  );
  useSettled(password === '' || saving ? undefined : ask, journey);

  const verdicts = useMemo(() => {
    const local = judgeRules(password, rules);
    // What saving has found out outweighs what a check before saving can know.
    const server = [sentBack, checked].flatMap((each) => (each?.password === password ? each.verdicts : []));
    const lines = rules.map((rule, index): RuleVerdict => {
      const verdict = verdictFor(server, rules, index);
      const ok = verdict?.ok ?? local[index]?.ok ?? 'server-decides';
      const state = password === '' && ok !== 'server-decides' ? 'open' : stateOf(ok);
      return { text: rule.text, state, ...(verdict?.ok === false ? { refusal: verdict.text } : {}) };
    });
    // What no rule has announced, a breached password for example.
    const others = server.filter(
      (verdict, index) =>
        verdict.ok === false &&
        !rules.some((rule) => rule.code === verdict.code) &&
        server.findIndex((other) => other.code === verdict.code) === index,
    );
    return [...lines, ...others.map(({ text }): RuleVerdict => ({ text, state: 'broken', refusal: text }))];
  }, [password, rules, checked, sentBack]);

  const isAsked = password !== '' && !saving && !unreachable;
  const strength = checked?.password === password ? checked.strength : isAsked ? 'pending' : undefined;
  return { verdicts, unreachable: unreachable && password !== '', strength };
}

/**
 * The server's verdict on a rule. A verdict's text says what is wrong and differs from the rule's; where several rules
 * share a code, for example of two accounts, the verdicts come in the order of the rules.
 */
function verdictFor(server: readonly Verdict[], rules: readonly Rule[], index: number): Verdict | undefined {
  const code = rules[index]?.code;
  const place = rules.slice(0, index).filter((rule) => rule.code === code).length;
  return server.filter((verdict) => verdict.code === code)[place];
}

function stateOf(ok: Verdict['ok']): RuleState {
  return ok === 'server-decides' ? 'server' : ok ? 'met' : 'broken';
}
