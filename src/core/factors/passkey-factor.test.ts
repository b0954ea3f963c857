import { expect, it } from 'vitest';
import { createManualClock } from '../../../test/manual-clock.ts';
import { createSoftPasskey } from '../../../test/servers/soft-passkey.ts';
import { factorRow } from '../../../test/store/fixture.ts';
import { createWebAuthn } from '../../identity/web-authn.ts';
import { createKeys } from '../../platform/derived-keys.ts';
import { configurationSchema } from '../configuration/document.ts';
import type { WebAuthn } from '../ports/web-authn.ts';
import type { EnrolledCandidate } from './factor.ts';
import { passkeyRequest, userHandleOf } from './passkey.ts';
import { createPasskeyFactor } from './passkey-factor.ts';

const ALICE = { directory: 'people', id: 'alice' };
const keys = createKeys(new Uint8Array(32).fill(3));
const configuration = configurationSchema.parse({
  version: 1,
  organisation: { publicUrl: 'https://password.example.com' },
  directories: [{ kind: 'embedded', id: 'people', label: 'People' }],
  mail: { kind: 'capture' },
});
const asked = { challenge: keys.digest('passkey-challenge', 'q1'), origin: 'https://password.example.com', rpId: 'password.example.com' };

/** The real thing, and how often it was asked. */
function counting(): { webAuthn: WebAuthn; verified: string[] } {
  const real = createWebAuthn();
  const verified: string[] = [];
  return {
    verified,
    webAuthn: {
      ...real,
      verifyAssertion(ceremony, credential, answer) {
        verified.push(credential.publicKey);
        return real.verifyAssertion(ceremony, credential, answer);
      },
    },
  };
}

async function enrolledPasskey() {
  const passkey = createSoftPasskey(asked.origin);
  const user = { id: userHandleOf(keys, ALICE), name: 'alice', displayName: 'Alice' };
  const verdict = await createWebAuthn().verifyAttestation(
    asked,
    passkey.make({
      ...{
        rp: { id: asked.rpId, name: 'Example' },
        user,
        challenge: asked.challenge,
        pubKeyCredParams: [],
        timeout: 1,
        excludeCredentials: [],
      },
      authenticatorSelection: { residentKey: 'required', requireResidentKey: true, userVerification: 'required' },
      attestation: 'none',
    }),
  );
  if ('problem' in verdict) throw new Error(verdict.problem);
  const { id, publicKey, transports, synced } = verdict.made;
  const secret = JSON.stringify({ id, publicKey, rpId: asked.rpId, transports, synced });
  const row = factorRow({ directory: 'people', accountId: 'alice', kind: 'passkey', secret });
  return { passkey, row };
}

const candidate = (factors: EnrolledCandidate['factors']): EnrolledCandidate => ({
  candidate: { ref: ALICE } as EnrolledCandidate['candidate'],
  factors,
});

it('verifies exactly one signature, whether the account has the passkey, another one, none, or is nobody', async () => {
  const { passkey, row } = await enrolledPasskey();
  const other = await enrolledPasskey();
  const { webAuthn, verified } = counting();
  const deps = { keys, clock: createManualClock(), configuration: () => configuration, webAuthn };
  const factor = createPasskeyFactor(deps);
  const found: number[] = [];
  for (const enrolled of [[candidate([row])], [candidate([other.row])], [candidate([])], []]) {
    const answer = passkey.use(passkeyRequest(configuration, asked.challenge));
    const { proofs, problem } = await factor.judge({ challengeId: 'q1', expected: '[]', answer, enrolled });
    found.push(proofs.length);
    expect(problem).toBe(proofs.length === 1 ? undefined : 'passkey.unknown');
  }
  expect(found).toEqual([1, 0, 0, 0]);
  expect(verified).toHaveLength(4);
  // Who has none is compared with one and the same key, which is nobody's.
  expect(new Set(verified).size).toBe(2);
});

it('proves every account that is linked to the one for which it was made', async () => {
  const { passkey, row } = await enrolledPasskey();
  const deps = { keys, clock: createManualClock(), configuration: () => configuration, webAuthn: createWebAuthn() };
  const answer = passkey.use(passkeyRequest(configuration, asked.challenge));
  const linked = { ...candidate([row]), candidate: { ref: { directory: 'cloud', id: 'a' } } as EnrolledCandidate['candidate'] };
  const given = { challengeId: 'q1', expected: '[]', answer, enrolled: [linked, candidate([row])] };
  const { proofs } = await createPasskeyFactor(deps).judge(given);
  expect(proofs.map(({ account, factor }) => [account.id, factor])).toEqual([
    ['a', row.id],
    ['alice', row.id],
  ]);
});

it('asks everybody the same, with a challenge of its own for each question', () => {
  const deps = { keys, clock: createManualClock(), configuration: () => configuration, webAuthn: createWebAuthn() };
  const factor = createPasskeyFactor(deps);
  const [one, two] = [factor.shown('q1').publicKey, factor.shown('q2').publicKey];
  expect(one).toEqual({
    challenge: asked.challenge,
    rpId: asked.rpId,
    timeout: 300_000,
    userVerification: 'required',
    allowCredentials: [],
  });
  expect(two.challenge).not.toBe(one.challenge);
  expect(Buffer.from(one.challenge, 'base64url')).toHaveLength(32);
  expect(factor.ask('q1', [])).toEqual({ expected: '[]', messages: [] });
});
