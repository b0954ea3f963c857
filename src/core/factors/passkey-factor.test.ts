import { createPrivateKey, createPublicKey, generateKeyPairSync } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createManualClock } from '../../../test/manual-clock.ts';
import { createSoftPasskey, type Oddity } from '../../../test/servers/soft-passkey.ts';
import { factorRow, openTestStore, testKey } from '../../../test/store/fixture.ts';
import { createWebAuthn } from '../../identity/web-authn.ts';
import { createKeys } from '../../platform/derived-keys.ts';
import { configurationSchema } from '../configuration/document.ts';
import type { FactorRow, Store } from '../ports/store.ts';
import type { WebAuthn } from '../ports/web-authn.ts';
import type { EnrolledCandidate } from './factor.ts';
import { credentialDigest, PASSKEY_ALGORITHMS, passkeyOf, passkeyRequest, relyingPartyOf, userHandleOf } from './passkey.ts';
import { createPasskeyFactor, isCloned } from './passkey-factor.ts';

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

describe('an answer', () => {
  const factor = createPasskeyFactor({
    ...{ keys, clock: createManualClock(), configuration: () => configuration },
    webAuthn: createWebAuthn(),
  });
  const given = async (odd: Oddity, changes: Partial<FactorRow> = {}, question = 'q1') => {
    const { passkey, row } = await enrolledPasskey();
    const kept = { ...row, ...changes };
    const answer = passkey.use(factor.shown(question).publicKey, odd);
    const judged = await factor.judge({ challengeId: 'q1', expected: '[]', answer, enrolled: [candidate([kept])] });
    return { ...judged, row: kept };
  };

  it.each<[string, Oddity, string]>([
    ['of another kind', { type: 'webauthn.create' }, 'passkey.malformed'],
    ['to an earlier question', { challenge: keys.digest('passkey-challenge', 'q0') }, 'passkey.out-of-date'],
    ['given to another site', { origin: 'https://password.example.com.evil.test' }, 'passkey.wrong-site'],
    ['made for another site', { rpId: 'example.com' }, 'passkey.wrong-site'],
    ['of a device that verified nobody', { flags: 0x01 }, 'passkey.user-not-verified'],
    ['by another key', { key: generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey }, 'passkey.unknown'],
    ['of another account', { userHandle: userHandleOf(keys, { directory: 'people', id: 'bob' }) }, 'passkey.unknown'],
    ['of no account', { userHandle: '' }, 'passkey.unknown'],
  ])('%s proves nothing, and says what is wrong with it', async (_what, odd, problem) => {
    const { proofs, problem: told, cloned } = await given(odd);
    expect({ proofs, told, cloned }).toEqual({ proofs: [], told: problem, cloned: undefined });
  });

  it('to the question of another journey proves nothing', async () => {
    expect(await given({}, {}, 'q2')).toMatchObject({ proofs: [], problem: 'passkey.out-of-date' });
  });

  it('whose counter was used somewhere else ends the passkey, and proves nothing', async () => {
    for (const signCount of [7, 6]) {
      const { row, ...judged } = await given({ signCount }, { signCount: 7 });
      expect(judged).toEqual({ proofs: [], problem: 'passkey.unknown', cloned: [{ account: ALICE, factor: row.id }] });
    }
    const { proofs, cloned } = await given({ signCount: 8 }, { signCount: 7 });
    expect([proofs.length, cloned]).toEqual([1, undefined]);
  });

  it.each([
    [0, 0, false],
    [0, 1, false],
    [1, 2, false],
    [1, 1, true],
    [2, 1, true],
    [1, 0, true],
  ])('with a counter that was at %i and is at %i is of a copy: %s', (before, now, expected) => {
    expect(isCloned(before, now)).toBe(expected);
  });

  it('is tried against the passkey that it names, among several, and never against one of another key', async () => {
    const [one, other] = [await enrolledPasskey(), await enrolledPasskey()];
    const answer = other.passkey.use(factor.shown('q1').publicKey);
    const { proofs } = await factor.judge({ challengeId: 'q1', expected: '[]', answer, enrolled: [candidate([one.row, other.row])] });
    expect(proofs.map(({ factor: shown }) => shown)).toEqual([other.row.id]);
    // Two rows of the same credential: the first alone proves.
    const twice = [candidate([other.row, { ...other.row, id: 'copy' }])];
    const judged = await factor.judge({ challengeId: 'q1', expected: '[]', answer, enrolled: twice });
    expect(judged.proofs.map(({ factor: shown }) => shown)).toEqual([other.row.id]);
  });

  it('of nobody is compared with the key of an example, which is on its curve', async () => {
    const { webAuthn, verified } = counting();
    const { passkey } = await enrolledPasskey();
    const nobodys = createPasskeyFactor({ keys, clock: createManualClock(), configuration: () => configuration, webAuthn });
    const answer = passkey.use(nobodys.shown('q1').publicKey);
    await nobodys.judge({ challengeId: 'q1', expected: '[]', answer, enrolled: [] });
    const cose = Buffer.from(verified[0] ?? '', 'base64url');
    const [x, y] = [cose.subarray(10, 42), cose.subarray(45)].map((part) => part.toString('base64url')) as [string, string];
    // RFC 6979 A.2.5.
    expect(Buffer.from(x, 'base64url').toString('hex')).toBe('60fed4ba255a9d31c961eb74c6356d68c049b8923b61fa6ce669622e60f29fb6');
    expect(createPublicKey({ key: { kty: 'EC', crv: 'P-256', x, y }, format: 'jwk' }).asymmetricKeyType).toBe('ec');
  });

  it('of nobody proves nothing, though anybody can sign with the key of the example', async () => {
    const [d, x, y] = [
      'c9afa9d845ba75166b5c215767b1d6934e50c3db36e89b127b8a622b120f6721',
      '60fed4ba255a9d31c961eb74c6356d68c049b8923b61fa6ce669622e60f29fb6',
      '7903fe1008b8bc99a41ae9e95628bc64f2f1b20c2d7e9f5177a3c294d4462299',
    ].map((part) => Buffer.from(part, 'hex').toString('base64url')) as [string, string, string];
    const key = createPrivateKey({ key: { kty: 'EC', crv: 'P-256', d, x, y }, format: 'jwk' });
    const { passkey } = await enrolledPasskey();
    const verdicts: string[] = [];
    const webAuthn: WebAuthn = {
      ...createWebAuthn(),
      async verifyAssertion(...given) {
        const verdict = await createWebAuthn().verifyAssertion(...given);
        verdicts.push('problem' in verdict ? verdict.problem : 'right');
        return verdict;
      },
    };
    const nobodys = createPasskeyFactor({ keys, clock: createManualClock(), configuration: () => configuration, webAuthn });
    const answer = passkey.use(nobodys.shown('q1').publicKey, { key });
    for (const enrolled of [[], [candidate([])], [candidate([(await enrolledPasskey()).row])]]) {
      expect(await nobodys.judge({ challengeId: 'q1', expected: '[]', answer, enrolled })).toEqual({
        proofs: [],
        problem: 'passkey.unknown',
      });
    }
    expect(verdicts, 'the signature itself fits that key').toEqual(['right', 'right', 'right']);
  });

  describe('that is right', () => {
    let store: Store;
    beforeAll(async () => {
      store = await openTestStore('sqlite::memory:', testKey('passkey-factor'));
    });
    afterAll(() => store.close());

    it('is settled once, with the counter and the time of its use', async () => {
      const clock = createManualClock();
      const { passkey, row } = await enrolledPasskey();
      await store.factors.insert(row);
      const own = createPasskeyFactor({ keys, clock, configuration: () => configuration, webAuthn: createWebAuthn() });
      const answer = passkey.use(own.shown('q1').publicKey, { signCount: 9 });
      const { proofs } = await own.judge({ challengeId: 'q1', expected: '[]', answer, enrolled: [candidate([row])] });
      clock.advance(3);
      expect([await proofs[0]?.settle(store), await proofs[0]?.settle(store)]).toEqual([true, false]);
      const [used] = await store.factors.ofAccount(ALICE);
      expect(used).toMatchObject({ signCount: 9, lastUsedAt: clock.now() });
    });
  });

  it('is written in no letters that could be counted, waits for no message, and has the attempts that are configured', () => {
    expect([factor.kind, factor.prompt, factor.form, factor.maximumAttempts()]).toEqual(['passkey', 'passkey', 'letters', 5]);
    expect([factor.lifetime(), factor.resendWait(), factor.canBe({} as never)]).toEqual([null, null, true]);
  });
});

describe('a passkey that is kept', () => {
  const kept = { id: 'x', publicKey: 'y', rpId: 'example.com', transports: ['internal'], synced: true };

  it('is read as it was written, and nothing else is', () => {
    expect(passkeyOf({ secret: JSON.stringify(kept) })).toEqual(kept);
    for (const changes of [{ id: 7 }, { publicKey: null }, { rpId: undefined }, { transports: 'internal' }, { synced: 'yes' }, { more: 1 }])
      expect(() => passkeyOf({ secret: JSON.stringify({ ...kept, ...changes }) }), JSON.stringify(changes)).toThrow();
  });

  it('is of a signature that the COSE registry knows as EdDSA, ES256 or RS256 (RFC 9053 2, RFC 8812 2)', () => {
    const registered = { EdDSA: -8, ES256: -7, RS256: -257 };
    expect(PASSKEY_ALGORITHMS.toSorted()).toEqual(Object.values(registered).toSorted());
  });

  it('is found by a digest of its own, and its account by another', () => {
    expect(credentialDigest(keys, 'x')).toBe(keys.digest('passkey-credential', 'x'));
    expect(userHandleOf(keys, ALICE)).toBe(keys.digest('passkey-user', 'people/alice'));
  });

  it('is for the host of the public address, or for the domain that is configured', () => {
    const at = (publicUrl: string, passkey = {}) =>
      relyingPartyOf(
        configurationSchema.parse({
          ...{ version: 1, organisation: { publicUrl }, factors: { passkey } },
          ...{ directories: [{ kind: 'embedded', id: 'people', label: 'People' }], mail: { kind: 'capture' } },
        }),
      );
    expect(at('https://password.example.com:8443/')).toEqual({ origin: 'https://password.example.com:8443', rpId: 'password.example.com' });
    expect(at('https://password.example.com', { rpId: 'example.com' })).toEqual({
      ...{ origin: 'https://password.example.com', rpId: 'example.com' },
    });
  });
});
