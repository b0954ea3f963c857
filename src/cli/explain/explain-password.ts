import type { PasswordVerdict } from '../../../shared/password-rules/password-rule.ts';
import type { Configuration } from '../../core/configuration/document.ts';
import { timeZoneOf } from '../../core/configuration/time-zone.ts';
import { explainPolicy, type PolicyExplanation } from '../../core/password-policy/explain-policy.ts';
import { ruleText } from '../../core/password-policy/present.ts';
import type { FoundAccount } from '../find-account.ts';
import type { Runtime } from '../runtime.ts';

/**
 * Which policy holds for a reset of an account, and how it judges a password where one is given.
 * @throws AppError `directory.*`
 */
export async function explainPassword(
  runtime: Runtime,
  configuration: Configuration,
  { account, directory }: FoundAccount,
  password: string | null,
): Promise<PolicyExplanation> {
  const facts = await directory.readFacts({ directory: account.directory, id: account.id });
  const deps = { breached: () => runtime.breached, dictionary: () => runtime.dictionary, configuration: () => configuration };
  return explainPolicy(deps, facts, password, runtime.clock.now());
}

/** Whether something has to be done: the password is refused, or none could be taken. */
export function isPasswordTrouble({ acceptable, conflicts }: PolicyExplanation): boolean {
  return acceptable === false || conflicts.some(({ kind }) => kind === 'impossible');
}

/** The same as JSON. */
export function presentPassword(told: PolicyExplanation, runtime: Runtime, configuration: Configuration) {
  const { name, uncertain, rules, conflicts, acceptable } = told;
  return {
    policy: name,
    uncertain,
    rules: rules.map(({ from, verdict: { code, params, ok } }) => ({
      from,
      code,
      text: sentence(params, code, runtime, configuration),
      ok: ok ?? undefined,
    })),
    conflicts,
    ...(acceptable === null ? {} : { acceptable }),
  };
}

/** The same in lines. */
export function describePassword(told: PolicyExplanation, runtime: Runtime, configuration: Configuration): string[] {
  const { rules, conflicts, acceptable, uncertain } = told;
  return [
    told.name === null
      ? 'password by a policy of the directory that is not known, and passwordRules'
      : `password by policy "${told.name}" of the directory, and passwordRules`,
    ...(uncertain ? ['  Another policy that may not be read may be in force: the directory alone judges.'] : []),
    ...rules.map(
      ({ from, verdict }) =>
        `  ${FROM[from].padEnd(13)}${judgement(verdict)}${sentence(verdict.params, verdict.code, runtime, configuration)}`,
    ),
    ...conflicts.map(({ kind, setting, text }) => `  ${kind}: ${setting}: ${text}`),
    ...(acceptable === null ? [] : [acceptable ? 'Nothing that is known beforehand refuses the password.' : 'The password is refused.']),
  ];
}

const FROM = { directory: 'directory', organisation: 'passwordRules', keyturn: 'Keyturn' } as const;

function judgement({ ok }: PolicyExplanation['rules'][number]['verdict']): string {
  if (ok === null) return '  ';
  const word = ok === 'server-decides' ? 'not known' : ok ? 'met' : 'BROKEN';
  return `  ${word.padEnd(11)}`;
}

function sentence(params: PasswordVerdict['params'], code: string, runtime: Runtime, configuration: Configuration): string {
  const rule = ruleText(code, params, runtime.texts, 'en', timeZoneOf(configuration));
  return params.known === false ? `${rule} (the source cannot be asked)` : rule;
}
