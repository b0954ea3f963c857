import type { Page } from 'playwright-core';

/** A device that makes passkeys, in a browser that has no other. */
export interface VirtualDevice {
  /** Whether somebody is by it who touches it when it asks. */
  presence(is: boolean): Promise<void>;
  /** Whether it recognises who touches it: by a finger, a face, a PIN. */
  recognises(is: boolean): Promise<void>;
  passkeys(): Promise<readonly { userName?: string; rpId?: string; isResidentCredential: boolean }[]>;
}

/** Gives the browser of a page Chromium's own authenticator: one of the device itself, or one that is plugged in. Somebody is by it. */
export async function plugIn(page: Page, kind: 'platform' | 'roaming' = 'platform'): Promise<VirtualDevice> {
  const client = await page.context().newCDPSession(page);
  await client.send('WebAuthn.enable');
  const { authenticatorId } = await client.send('WebAuthn.addVirtualAuthenticator', {
    options: {
      ...{ protocol: 'ctap2', transport: kind === 'platform' ? 'internal' : 'usb', hasResidentKey: true },
      ...{ hasUserVerification: true, isUserVerified: true, automaticPresenceSimulation: true },
    },
  });
  return {
    presence: async (enabled) => void (await client.send('WebAuthn.setAutomaticPresenceSimulation', { authenticatorId, enabled })),
    recognises: async (isUserVerified) => void (await client.send('WebAuthn.setUserVerified', { authenticatorId, isUserVerified })),
    passkeys: async () => (await client.send('WebAuthn.getCredentials', { authenticatorId })).credentials,
  };
}
