import { normalisePassword } from '../../../shared/password-rules/normalise-password.ts';
import { accountKey } from '../accounts/candidate.ts';
import { isDirectoryTrouble } from '../accounts/is-directory-trouble.ts';
import { type TriedPassword, tryPassword } from '../accounts/try-password.ts';
import { findUsableOther, wasResetLately } from '../people/other-account.ts';
import type { AccountRef } from '../ports/directory.ts';
import type { EnrolledCandidate, Factor, FactorDeps, Judgement } from './factor.ts';
import { ownerOf } from './owner-of.ts';

/** An account of the person that may be asked about, or why not. `unanswered`: its directory cannot tell. */
type Other = { readonly id: AccountRef; readonly label: string } | 'unusable' | 'unanswered';

/**
 * The password of another account of the person, judged by a bind at its directory, below that one's own lock-out (FAC-1). It counts as
 * something that people know, beside another proof alone, and is asked for after that one: only then is anybody told which other account
 * there is. It proves every account to which that one is linked, and never that one itself.
 *
 * An account that is protected, closed or frozen proves nothing. Nor does a password that somebody has set anew through Keyturn lately, or
 * that its directory wants to be changed: whoever recovered the other account, or reset it for its owner, has not known it before.
 */
export function createLinkedAccountFactor(deps: FactorDeps): Factor<'linked-password'> {
  const look = async (ref: AccountRef): Promise<Other> => {
    try {
      return (await findUsableOther(deps, ref)) ?? 'unusable';
    } catch (error) {
      return unanswered(ref, error);
    }
  };

  /** @throws what is no trouble of a directory */
  const unanswered = (ref: AccountRef, error: unknown): 'unanswered' => {
    if (!isDirectoryTrouble(error)) throw error;
    deps.log.error('password.not-judged', { directory: ref.directory, error });
    return 'unanswered';
  };

  return {
    kind: 'linked-account',
    prompt: 'linked-password',
    form: 'letters',
    shown: () => ({}),
    maximumAttempts: () => deps.configuration().factors.linkedAccount.attempts,
    canBe: () => true,
    lifetime: () => null,
    resendWait: () => null,

    async ask(_challengeId, enrolled) {
      const refs = othersOf(enrolled);
      const looked = await Promise.all(refs.map(look));
      const usable = looked.flatMap((other) => (typeof other === 'string' ? [] : [{ id: accountKey(other.id), label: other.label }]));
      return {
        expected: JSON.stringify(usable.map(({ id }) => id)),
        messages: [],
        accounts: { usable, unanswered: looked.includes('unanswered') },
      };
    },

    async judge({ expected, answer, enrolled }) {
      const ref = othersOf(enrolled).find((each) => accountKey(each) === answer.account);
      // Parted meanwhile, or where the guard does not let it be judged: nobody is in there then.
      if (ref === undefined || !(JSON.parse(expected) as string[]).includes(answer.account)) return { proofs: [] };
      const other = await look(ref);
      if (other === 'unanswered') return NOT_ANSWERED;
      if (other === 'unusable') return NOT_ASKED;
      try {
        const tried = await tryPassword(deps, ref, normalisePassword(answer.password));
        if (!tried.tried) return NOT_ASKED;
        // Whoever sets it anew while it waits to be tried has written down before that they do.
        return { proofs: isRight(tried) && !(await wasResetLately(deps, ref)) ? proofsBy(ref, enrolled) : [] };
      } catch (error) {
        unanswered(ref, error);
        return NOT_ANSWERED;
      }
    },
  };
}

/** A server was in trouble: the answer may be right, and is given back. */
const NOT_ANSWERED: Judgement = { proofs: [], asked: { trouble: 'unanswered', answered: false } };
/** For the sake of the other account; no guess that counts against anybody. */
const NOT_ASKED: Judgement = { proofs: [], asked: { trouble: 'not-asked', answered: true } };

/** Each other account once, in the order of their links. */
function othersOf(enrolled: readonly EnrolledCandidate[]): AccountRef[] {
  const refs = enrolled.flatMap(({ factors }) => factors.map(ownerOf));
  return refs.filter((ref, index) => refs.findIndex((each) => accountKey(each) === accountKey(ref)) === index);
}

/**
 * One that has expired is its owner's all the same; one that must be changed somebody else may have set, also where the directory lets in
 * with it.
 */
function isRight({ outcome }: Extract<TriedPassword, { tried: true }>): boolean {
  if (outcome.valid) return outcome.warning !== 'must-change';
  return outcome.passwordWasRight && outcome.reason === 'credentials.password-expired';
}

/** There is nothing to burn: the challenge is used up. */
function proofsBy(ref: AccountRef, enrolled: readonly EnrolledCandidate[]): Judgement['proofs'] {
  return enrolled.flatMap(({ candidate, factors }) => {
    const shown = factors.find((row) => accountKey(ownerOf(row)) === accountKey(ref));
    return shown === undefined ? [] : [{ account: candidate.ref, factor: shown.id, settle: () => Promise.resolve(true) }];
  });
}
