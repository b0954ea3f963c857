import type { PublicKeyCredentialCreationOptionsJSON, PublicKeyCredentialRequestOptionsJSON } from '@simplewebauthn/browser';
import type { Assertion, Attestation, CreationOptions, RequestOptions } from '../../../shared/api/web-authn.ts';

/** Why no passkey answered: its person or their time said no, the device has it already, this browser has none, or anything else. */
export type PasskeyTrouble = 'cancelled' | 'present' | 'not-supported' | 'failed';

type Asked<T> = { ok: true; credential: T } | { ok: false; trouble: PasskeyTrouble };

/** The library comes when a passkey is asked for, and not before. */
const library = () => import('@simplewebauthn/browser');

/** Asks the browser for an answer of a passkey. Never throws. */
export function askPasskey(options: RequestOptions): Promise<Asked<Assertion>> {
  return ask(async ({ startAuthentication }) => {
    const optionsJSON: PublicKeyCredentialRequestOptionsJSON = options;
    return (await startAuthentication({ optionsJSON })) as unknown as Assertion;
  });
}

/**
 * Offers passkeys among what the browser fills into a field (`autocomplete="... webauthn"`), and waits for one to be chosen. Any other
 * ceremony of the page ends it. Never throws.
 */
export function offerPasskeys(options: RequestOptions): Promise<Asked<Assertion>> {
  return ask(async ({ startAuthentication, browserSupportsWebAuthnAutofill }) => {
    if (!(await browserSupportsWebAuthnAutofill())) throw new DOMException('no autofill', 'NotSupportedError');
    const optionsJSON: PublicKeyCredentialRequestOptionsJSON = options;
    return (await startAuthentication({ optionsJSON, useBrowserAutofill: true })) as unknown as Assertion;
  });
}

/** Ends what is offered: the page is left. */
export function withdrawPasskeys(): void {
  void library().then(({ WebAuthnAbortService }) => WebAuthnAbortService.cancelCeremony());
}

/** Has the browser make a passkey. Never throws. */
export function makePasskey(options: CreationOptions): Promise<Asked<Attestation>> {
  return ask(async ({ startRegistration }) => {
    const optionsJSON: PublicKeyCredentialCreationOptionsJSON = options;
    return (await startRegistration({ optionsJSON })) as unknown as Attestation;
  });
}

async function ask<T>(work: (browser: Awaited<ReturnType<typeof library>>) => Promise<T>): Promise<Asked<T>> {
  try {
    const browser = await library();
    if (!browser.browserSupportsWebAuthn()) return { ok: false, trouble: 'not-supported' };
    return { ok: true, credential: await work(browser) };
  } catch (error) {
    return { ok: false, trouble: troubleOf(error) };
  }
}

/** WebAuthn Level 3, 5.1.3 and 5.1.4: a person who says no and one who lets the time go by look the same, on purpose. */
function troubleOf(error: unknown): PasskeyTrouble {
  const name = error instanceof Error ? error.name : '';
  if (name === 'NotAllowedError' || name === 'AbortError') return 'cancelled';
  if (name === 'InvalidStateError') return 'present';
  return name === 'NotSupportedError' || name === 'ConstraintError' ? 'not-supported' : 'failed';
}
