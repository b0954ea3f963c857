import type { AdminExplanation, AdminHistory, AdminOverview } from '../../shared/api/admin.ts';
import type { SignedIn } from '../../shared/api/session.ts';
import type { Assertion, Attestation, CreationOptions } from '../../shared/api/web-authn.ts';
import { call } from '../api.ts';

/** What an administrator asks for, or somebody who is let in to be one. */
export const adminApi = {
  overview: () => call<AdminOverview>('GET', '/admin'),
  configuration: () => call<{ version: number; document: unknown }>('GET', '/admin/configuration'),
  explain: (account: string, target: string | undefined) =>
    call<AdminExplanation>('POST', '/admin/explain', {
      account: { name: account },
      ...(target === undefined ? {} : { target: { name: target } }),
    }),
  history: (before?: number) => call<AdminHistory>('GET', `/admin/history${before === undefined ? '' : `?before=${before}`}`),
  openEmergency: (secret: string) => call<{ session: SignedIn }>('POST', '/emergency', { secret }),
  passkeyOptions: () => call<{ publicKey: CreationOptions }>('POST', '/emergency/passkey-options', {}),
  addPasskey: (credential: Attestation) => call<undefined>('POST', '/emergency/passkeys', { credential }),
  comeBack: (ticket: string, credential: Assertion) => call<{ session: SignedIn }>('POST', '/emergency/return', { ticket, credential }),
};
