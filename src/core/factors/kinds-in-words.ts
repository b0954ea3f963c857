import type { FactorKind } from '../../../shared/api/journeys.ts';

/** What operators call each kind, in the language of checks and findings; pages have their own words, in each language. */
const NAMES: Readonly<Record<FactorKind, string>> = {
  password: 'password',
  email: 'code by e-mail',
  sms: 'code by text message',
  totp: 'authenticator app',
  passkey: 'passkey',
  questions: 'security questions',
  'recovery-code': 'recovery code',
  'linked-account': 'linked account',
  'temporary-pass': 'temporary pass',
  manager: 'manager',
};

/** A combination of kinds of proof as somebody reads it, such as `code by e-mail + authenticator app`. */
export function kindsInWords(kinds: readonly FactorKind[]): string {
  return kinds.map((kind) => NAMES[kind]).join(' + ');
}
