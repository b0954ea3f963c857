import { canBeCode, plainCode } from '../../../shared/plain-code.ts';
import { accountKey } from '../accounts/candidate.ts';
import { mailAddressKey } from '../enrolment/mail-address.ts';
import type { AccountRef } from '../ports/directory.ts';
import { randomCode } from '../random-id.ts';
import { withEqualDigests } from './constant-time.ts';
import type { Factor, FactorDeps, MessageChannel, Proof, SecretMessage } from './factor.ts';
import { FACTOR_TRAITS } from './kinds.ts';

interface ExpectedCode {
  digest: string;
  /** Whom the code proves, and through which of their addresses: an address that is taken away meanwhile proves nothing. */
  accounts: { ref: AccountRef; factor: string }[];
}

/** What a kind whose codes are sent is made of. */
interface SentCodeKind {
  kind: 'email' | 'sms';
  channel: MessageChannel;
  /** The same for all spellings of one address. */
  keyOf(address: string): string;
}

/**
 * A code mailed to every address that the person has enrolled. NIST SP 800-63B-4 4.2.1.2 allows it as a recovery code;
 * it is no second factor by itself (3.1.3), which the accepted combinations reflect.
 */
export function createEmailFactor(deps: FactorDeps): Factor<'code'> {
  return createSentCodeFactor(deps, { kind: 'email', channel: 'mail', keyOf: mailAddressKey });
}

/** A code sent to every telephone that the person has enrolled, by text message. Restricted (NIST SP 800-63B-4 3.1.3.3). */
export function createSmsFactor(deps: FactorDeps): Factor<'code'> {
  return createSentCodeFactor(deps, { kind: 'sms', channel: 'sms', keyOf: (number) => number });
}

/**
 * Several candidates may be open (the same name in two directories): each address gets a code of its own, and the code
 * that comes back tells which accounts it proves. Addresses that accounts share get one code that proves them all.
 */
function createSentCodeFactor(deps: FactorDeps, { kind, channel, keyOf }: SentCodeKind): Factor<'code'> {
  const settings = () => deps.configuration().factors[kind];
  const { usualNumber } = FACTOR_TRAITS[kind];
  const digestOf = (challengeId: string, code: string) => deps.keys.digest('code', `${challengeId}|${code}`);

  return {
    kind,
    prompt: 'code',
    form: 'digits',
    shown: () => ({ length: settings().codeLength }),
    maximumAttempts: () => settings().attempts,
    canBe: (answer) => canBeCode(answer, settings().codeLength),
    lifetime: () => settings().lifetimeSeconds * 1000,
    resendWait: () => settings().resendWaitSeconds * 1000,

    ask(challengeId, enrolled) {
      const byAddress = new Map<string, { to: string; accounts: ExpectedCode['accounts'] }>();
      for (const { candidate, factors } of enrolled) {
        for (const factor of factors) {
          const key = keyOf(factor.secret);
          const entry = byAddress.get(key) ?? { to: factor.secret.trim(), accounts: [] };
          entry.accounts.push({ ref: candidate.ref, factor: factor.id });
          byAddress.set(key, entry);
        }
      }
      const addresses = [...byAddress.values()];
      // As many codes whoever is asked; those that are for no address are good for nothing.
      const codes = Array.from({ length: Math.max(usualNumber, addresses.length) }, () => {
        const code = randomCode(deps.random, settings().codeLength);
        return { code, digest: digestOf(challengeId, code) };
      });
      const expected: ExpectedCode[] = [];
      const messages: SecretMessage[] = [];
      for (const [index, { code, digest }] of codes.entries()) {
        const address = addresses[index];
        if (address === undefined) {
          if (index === 0) messages.push({ channel, to: null, code, account: null });
          continue;
        }
        const { to, accounts } = address;
        expected.push({ digest, accounts });
        // Stryker disable next-line OptionalChaining: there is one for each address; the compiler wants it said
        messages.push({ channel, to, code, account: accounts[0]?.ref ?? null });
      }
      return { expected: JSON.stringify(expected), messages };
    },

    judge({ challengeId, expected, answer, enrolled }) {
      const still = new Set(enrolled.flatMap(({ candidate, factors }) => factors.map(({ id }) => `${accountKey(candidate.ref)} ${id}`)));
      const given = digestOf(challengeId, plainCode(answer));
      const proofs = new Map<string, Proof>();
      const entries = JSON.parse(expected) as ExpectedCode[];
      for (const { accounts } of withEqualDigests(entries, ({ digest }) => [digest, given], usualNumber)) {
        for (const { ref, factor } of accounts) {
          // The code is used up with its challenge.
          const proof = { account: ref, factor, settle: () => Promise.resolve(true) };
          if (still.has(`${accountKey(ref)} ${factor}`)) proofs.set(accountKey(ref), proof);
        }
      }
      return Promise.resolve({ proofs: [...proofs.values()] });
    },
  };
}
