import type { PasskeyDevices } from '../../../shared/api/own-factors.ts';

/**
 * Tells the devices that keep passkeys which of them are worth nothing any more and what the account is called now, so that nobody is
 * offered what will be refused (WebAuthn Level 3, 5.1.10). Browsers that cannot do it, or will not, are left alone. Never throws.
 */
export async function signalDevices({ rpId: rpID, user, ended }: PasskeyDevices): Promise<void> {
  if (!('PublicKeyCredential' in window) || !('signalUnknownCredential' in PublicKeyCredential)) return;
  try {
    const { sendSignal } = await import('@simplewebauthn/browser');
    const { id: userID, name: userName, displayName: userDisplayName } = user;
    const unknown = ended.map((credentialID) => sendSignal({ signalName: 'unknownCredential', rpID, credentialID }));
    await Promise.allSettled([...unknown, sendSignal({ signalName: 'currentUserDetails', rpID, userID, userName, userDisplayName })]);
  } catch {
    // A device that is not told offers a passkey that is refused, as before.
  }
}
