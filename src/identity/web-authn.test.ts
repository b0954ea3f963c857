import { generateKeyPairSync } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it, vi } from 'vitest';
import { createSoftPasskey, type Oddity } from '../../test/servers/soft-passkey.ts';
import { createWebAuthn } from './web-authn.ts';

const webAuthn = createWebAuthn();
const asked = { challenge: 'Y2hhbGxlbmdlLW9mLTMyLW9jdGV0cy1vci1tb3JlLi4u', origin: 'https://password.example.com', rpId: 'example.com' };
const request = {
  challenge: asked.challenge,
  rpId: asked.rpId,
  timeout: 1000,
  userVerification: 'required',
  allowCredentials: [],
} as const;
const creation = {
  rp: { id: asked.rpId, name: 'Example' },
  user: { id: 'aGFuZGxl', name: 'alice', displayName: 'Alice' },
  challenge: asked.challenge,
  pubKeyCredParams: [],
  timeout: 1000,
  excludeCredentials: [],
  authenticatorSelection: { residentKey: 'required', requireResidentKey: true, userVerification: 'required' },
  attestation: 'none',
} as const;
const options = { ...creation, pubKeyCredParams: [], excludeCredentials: [] };
const question = { ...request, allowCredentials: [] };

async function made() {
  const passkey = createSoftPasskey(asked.origin);
  const verdict = await webAuthn.verifyAttestation(asked, passkey.make(options));
  if ('problem' in verdict) throw new Error(verdict.problem);
  return { passkey, made: verdict.made };
}

const ODDITIES: [string, Oddity, string][] = [
  ['another origin', { origin: 'https://password.example.com.evil.test' }, 'wrong-origin'],
  ['a page in a frame of another site', { crossOrigin: true }, 'wrong-origin'],
  ['another RP ID', { rpId: 'evil.test' }, 'wrong-rp-id'],
  ['another question', { challenge: 'b3RoZXI' }, 'wrong-challenge'],
  ['a device that did not verify its user', { flags: 0x01 }, 'user-not-verified'],
  ['nobody being there', { flags: 0x04 }, 'user-not-verified'],
  ['another kind of ceremony', { type: 'webauthn.other' }, 'malformed'],
];

it('takes a passkey that was made, and what it signs, with its counter', async () => {
  const { passkey, made: credential } = await made();
  expect(credential).toMatchObject({ id: passkey.id, signCount: 0, transports: ['internal'], synced: false });
  expect(await webAuthn.verifyAssertion(asked, credential, passkey.use(question))).toEqual({ signCount: 1 });
  expect(await webAuthn.verifyAssertion(asked, credential, passkey.use(question))).toEqual({ signCount: 2 });
  // Whether that means something is not said here: without its signature it says nothing.
  expect(await webAuthn.verifyAssertion(asked, credential, passkey.use(question, { signCount: 1 }))).toEqual({ signCount: 1 });
});

it.each(['packed', 'apple', 'android-key', 'tpm', 'made-up'])(
  'takes a passkey whatever it attests in the format %s, and asks nobody about it',
  async (statement) => {
    const passkey = createSoftPasskey(asked.origin);
    const asking = vi.spyOn(globalThis, 'fetch');
    const verdict = await webAuthn.verifyAttestation(asked, passkey.make(options, { statement }));
    expect(verdict).toMatchObject({ made: { id: passkey.id } });
    expect(asking).not.toHaveBeenCalled();
  },
);

describe.each(ODDITIES)('refuses %s', (_what, odd, problem) => {
  it('in what is signed', async () => {
    const { passkey, made: credential } = await made();
    expect(await webAuthn.verifyAssertion(asked, credential, passkey.use(question, odd))).toEqual({ problem });
  });

  it('in what is made', async () => {
    expect(await webAuthn.verifyAttestation(asked, createSoftPasskey(asked.origin).make(options, odd))).toEqual({ problem });
  });
});

it('refuses what another key has signed, whatever its counter says', async () => {
  const { passkey, made: credential } = await made();
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  for (const signCount of [0, 1, 100]) {
    const answer = passkey.use(question, { key: privateKey, signCount });
    expect(await webAuthn.verifyAssertion(asked, credential, answer)).toEqual({ problem: 'wrong-signature' });
  }
});

/** A text with one octet of what it stands for changed, cut off, or added. */
const damaged = (text: string) =>
  fc.tuple(fc.nat(), fc.integer({ min: 1, max: 255 }), fc.constantFrom('change', 'cut', 'add')).map(([at, by, how]) => {
    const octets = Buffer.from(text, 'base64url');
    const place = at % octets.length;
    if (how === 'cut') return octets.subarray(0, place).toString('base64url');
    if (how === 'add') return Buffer.concat([octets.subarray(0, place), Buffer.from([by]), octets.subarray(place)]).toString('base64url');
    octets[place] = (octets[place] ?? 0) ^ by;
    return octets.toString('base64url');
  });

/**
 * A signature with another number in it. Its form in DER has octets that say nothing (the zero before a number of 32): one that differs in
 * those alone is of the same two numbers, and proves the same.
 */
const falseSignature = (text: string) =>
  fc.tuple(fc.integer({ min: 1, max: 31 }), fc.integer({ min: 1, max: 255 })).map(([fromEnd, by]) => {
    const octets = Buffer.from(text, 'base64url');
    const place = octets.length - fromEnd;
    octets[place] = (octets[place] ?? 0) ^ by;
    return octets.toString('base64url');
  });

it('never takes an assertion that was damaged anywhere, and never throws', async () => {
  const { passkey, made: credential } = await made();
  const answer = passkey.use(question);
  const field = fc.constantFrom('clientDataJSON' as const, 'authenticatorData' as const, 'signature' as const);
  await fc.assert(
    fc.asyncProperty(
      field.chain((name) => {
        const text = answer.response[name];
        return (name === 'signature' ? falseSignature(text) : damaged(text)).map((changed) => ({ name, text: changed }));
      }),
      async ({ name, text }) => {
        const verdict = await webAuthn.verifyAssertion(asked, credential, { ...answer, response: { ...answer.response, [name]: text } });
        expect(verdict).toHaveProperty('problem');
      },
    ),
    { numRuns: 300 },
  );
});

it('never throws at an attestation that was damaged, and takes none whose credential is another one than it says', async () => {
  const passkey = createSoftPasskey(asked.origin);
  const answer = passkey.make(options);
  await fc.assert(
    fc.asyncProperty(damaged(answer.response.attestationObject), async (attestationObject) => {
      const verdict = await webAuthn.verifyAttestation(asked, { ...answer, response: { ...answer.response, attestationObject } });
      if ('made' in verdict) expect(verdict.made.id).toBe(passkey.id);
    }),
    { numRuns: 300 },
  );
});

it('takes no text for an answer, whatever it is', async () => {
  const { passkey, made: credential } = await made();
  const answer = passkey.use(question);
  const text = fc.string({ unit: fc.constantFrom(...'ABCDabcd0189-_'), minLength: 1, maxLength: 80 });
  await fc.assert(
    fc.asyncProperty(text, text, text, async (clientDataJSON, authenticatorData, signature) => {
      const response = { clientDataJSON, authenticatorData, signature };
      expect(await webAuthn.verifyAssertion(asked, credential, { ...answer, response })).toEqual({ problem: 'malformed' });
    }),
  );
});
