import { isAppError } from '../../../shared/errors.ts';
import type { ResetOptions, WriteOutcome } from '../../core/ports/directory.ts';
import type { Random } from '../../core/ports/platform.ts';
import type { LdapConnection } from '../ldap/connection.ts';
import { type LdapResult, succeeded } from '../ldap/result-codes.ts';
import { PolicyHintsControl } from './policy-hints-control.ts';
import type { ResetMode } from './reset-mode.ts';
import { temporaryPassword } from './temporary-password.ts';
import { change, mustChange, passwordChange, unicodePassword, unlock } from './unicode-password.ts';
import { isPolicyRefusal, passwordOutcome, type WriteFacts } from './write-outcome.ts';

export interface ResetTarget {
  /** DN or `<GUID=...>`. */
  readonly dn: string;
  readonly locked: boolean;
  /** Whether the access list lets the service account change the password with the old one, as the second step does. null: hidden. */
  readonly mayChange: boolean | null;
  readonly facts: WriteFacts;
}

/**
 * Sets a password without knowing the old one, together with unlocking and "must change" in one request.
 * @param dn DN or `<GUID=...>`
 * @param readFacts asked only to explain a refusal: whoever succeeds does not pay for reading the policy
 * @throws AppError as `passwordOutcome` and the connection do
 */
export async function resetAtOnce(
  connection: LdapConnection,
  dn: string,
  newPassword: string,
  options: ResetOptions,
  mode: Exclude<ResetMode, 'two-step'>,
  readFacts: () => Promise<WriteFacts>,
): Promise<WriteOutcome> {
  const changes = [change('replace', 'unicodePwd', unicodePassword(newPassword)), ...besides(options)];
  const result = await connection.modify(dn, changes, mode === 'policy-hints' ? [new PolicyHintsControl()] : []);
  if (succeeded(result)) return { done: true, server: connection.server };
  return passwordOutcome(result, connection.server, await readFacts());
}

function besides(options: ResetOptions) {
  return [...(options.mustChange === true ? [mustChange()] : []), ...(options.unlock === true ? [unlock()] : [])];
}

/**
 * A reset to a random password, then a change from it to the new one: a change looks at the history. pwdLastSet = 0 in the first step
 * lifts the minimum age for the second. When the policy refuses the new password the person has the random one, must change it, and
 * tries another. When the second step is refused for anything else (a lock or an administrator came between, the change is not allowed,
 * the server is busy), no other password would help: an ordinary reset to the wanted one follows, and the history was not kept.
 *
 * What can be known to fail is refused, or done in one step, before the first.
 * @throws AppError as `passwordOutcome` and the connection do
 */
export async function resetInTwoSteps(
  connection: LdapConnection,
  target: ResetTarget,
  newPassword: string,
  options: ResetOptions,
  random: Random,
): Promise<WriteOutcome> {
  const { server } = connection;
  const early = refusedBeforehand(target, newPassword, options);
  if (early !== null) return { done: false, ...early, server };
  if (target.mayChange === false) return resetWithoutHistory(connection, target, newPassword, options);
  const first = await setTemporary(connection, target, options, random);
  if (typeof first !== 'string') return first;
  const second = await connection.modify(target.dn, [...passwordChange(first, newPassword), ...besides({ ...options, unlock: false })]);
  if (succeeded(second)) return { done: true, server };
  const refused = explained(second, target.facts, server);
  if (mayBeCured(second, refused)) return { ...refused, leftTemporary: true };
  const completed = await resetWithoutHistory(connection, target, newPassword, options);
  return completed.done ? completed : { ...completed, leftTemporary: true };
}

/** The policy refused this password and may take another. */
function mayBeCured(result: LdapResult, refused: Refused): boolean {
  return isPolicyRefusal(result) && refused.refusal !== 'password.too-young';
}

async function resetWithoutHistory(
  connection: LdapConnection,
  target: ResetTarget,
  newPassword: string,
  options: ResetOptions,
): Promise<WriteOutcome> {
  const result = await connection.modify(target.dn, [change('replace', 'unicodePwd', unicodePassword(newPassword)), ...besides(options)]);
  if (succeeded(result)) return { done: true, server: connection.server, unmet: ['history'] };
  return explained(result, target.facts, connection.server);
}

type Refused = Extract<WriteOutcome, { done: false }>;

/** A random password may be in place, so also what would else be thrown has to become an outcome. */
function explained(result: LdapResult, facts: WriteFacts, server: string): Refused {
  const other: Refused = { done: false, refusal: 'password.refused', detail: result.message, server };
  try {
    const outcome = passwordOutcome(result, server, facts);
    return outcome.done ? other : outcome;
  } catch (error) {
    if (isAppError(error)) return other;
    throw error;
  }
}

function refusedBeforehand(target: ResetTarget, newPassword: string, options: ResetOptions) {
  const { policy } = target.facts;
  // A locked account refuses every change, so it would keep the random password.
  if (target.locked && options.unlock !== true) {
    return { refusal: 'password.account-locked', detail: 'a reset in two steps needs the account unlocked' } as const;
  }
  if (policy.uncertain !== true && newPassword.length < policy.minimumLength) {
    return { refusal: 'password.too-short', detail: `shorter than ${policy.minimumLength}` } as const;
  }
  return policy.maximumLength !== null && newPassword.length > policy.maximumLength
    ? ({ refusal: 'password.too-long', detail: `longer than ${policy.maximumLength}` } as const)
    : null;
}

/** Sets a random password and returns it, or the outcome when the server refuses. */
async function setTemporary(
  connection: LdapConnection,
  target: ResetTarget,
  options: ResetOptions,
  random: Random,
): Promise<string | WriteOutcome> {
  let refused: WriteOutcome = { done: false, refusal: 'password.refused', detail: '', server: connection.server };
  // Chance may spell a part of the person's name, which Windows refuses; more than once is something else.
  for (let attempt = 0; attempt < 3; attempt += 1) {
    const temporary = temporaryPassword(random, target.facts.policy.minimumLength);
    const changes = [
      change('replace', 'unicodePwd', unicodePassword(temporary)),
      ...besides({ mustChange: true, unlock: options.unlock === true }),
    ];
    const result = await connection.modify(target.dn, changes);
    if (succeeded(result)) return temporary;
    refused = passwordOutcome(result, connection.server, { ...target.facts, newPassword: temporary });
    if (!refused.done && refused.refusal.startsWith('account.')) return refused;
  }
  // The random password is what was refused, not the person's.
  return { ...refused, refusal: 'password.refused' } as Refused;
}
