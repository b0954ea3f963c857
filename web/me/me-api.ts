import type { HelpedAccount, HelpGiven } from '../../shared/api/help.ts';
import type { InvitationShown } from '../../shared/api/invitation.ts';
import type { FactorKind } from '../../shared/api/journeys.ts';
import type { Activity, ChangedPasswords, Me, MyPasswordCheck } from '../../shared/api/me.ts';
import type { MyAccounts } from '../../shared/api/my-accounts.ts';
import type { PhoneOffered, PhoneProgressAnswer } from '../../shared/api/on-phone.ts';
import type {
  AddedFactor,
  AddressBegun,
  OwnFactors,
  OwnPasskeyOptions,
  RecoveryCodesMade,
  TotpBegun,
} from '../../shared/api/own-factors.ts';
import type { OwnRequirement } from '../../shared/api/own-requirement.ts';
import type { OwnRoles, SignedIn } from '../../shared/api/session.ts';
import type { VouchRequests } from '../../shared/api/vouch.ts';
import type { Attestation } from '../../shared/api/web-authn.ts';
import { call, type OpenStep } from '../api.ts';

/** What somebody asks for who is signed in, or about to be. */
export const meApi = {
  session: () => call<{ session: SignedIn }>('GET', '/session'),
  beginOpenId: (again: boolean) => call<{ address: string }>('POST', '/session/openid', { again }),
  finishOpenId: (answer: string) => call<{ session: SignedIn }>('POST', '/session/openid/finish', { answer }),
  openSession: (journey: string) => call<{ session: SignedIn }>('POST', '/session', { journey }),
  stepUp: (anyOf: readonly (readonly FactorKind[])[]) => call<OpenStep>('POST', '/session/step-up', { anyOf }),
  raiseSession: (journey: string) => call<{ session: SignedIn }>('PUT', '/session', { journey }),
  requirement: () => call<OwnRequirement>('GET', '/me/enrolment'),
  putOff: () => call<undefined>('POST', '/me/enrolment/put-off', {}),
  release: () => call<{ session: SignedIn }>('POST', '/session/release', {}),
  signOut: () => call<undefined>('DELETE', '/session'),
  sessions: () => call<{ sessions: SignedIn[] }>('GET', '/sessions'),
  endSession: (id: string) => call<undefined>('DELETE', `/sessions/${encodeURIComponent(id)}`),
  endAll: () => call<undefined>('DELETE', '/sessions'),
  me: () => call<Me>('GET', '/me'),
  activity: () => call<Activity>('GET', '/me/activity'),
  checkPassword: (password: string, accounts: readonly string[], signal: AbortSignal) =>
    call<MyPasswordCheck>('POST', '/me/password-check', { password, accounts }, signal),
  changePassword: (password: string, accounts: readonly { account: string; current: string }[]) =>
    call<ChangedPasswords>('POST', '/me/password', { password, accounts }),
  ownRoles: () => call<OwnRoles>('GET', '/session/roles'),
  findHelped: (account: string) => call<HelpedAccount>('POST', '/help/find', { account }),
  helpUnlock: (account: { directory: string; id: string }) => call<HelpGiven>('POST', '/help/unlock', { account }),
  helpReset: (account: { directory: string; id: string }) => call<HelpGiven>('POST', '/help/reset', { account }),
  vouchRequests: () => call<VouchRequests>('GET', '/me/vouch'),
  vouch: (request: string, digits: string) => call<undefined>('POST', `/me/vouch/${encodeURIComponent(request)}`, { digits }),
  refuseToVouch: (request: string) => call<undefined>('POST', `/me/vouch/${encodeURIComponent(request)}/refuse`, {}),
  accounts: () => call<MyAccounts>('GET', '/me/accounts'),
  beginLink: (account: string) => call<OpenStep>('POST', '/me/accounts/proof', { account }),
  linkAccount: (journey: string) => call<undefined>('POST', '/me/accounts', { journey }),
  partAccount: (id: string) => call<undefined>('DELETE', `/me/accounts/${encodeURIComponent(id)}`),
  factors: () => call<OwnFactors>('GET', '/me/factors'),
  beginTotp: () => call<TotpBegun>('POST', '/me/factors/totp', {}),
  beginAddress: (kind: 'email' | 'sms', typed: string) =>
    call<AddressBegun>('POST', `/me/factors/${kind}`, kind === 'email' ? { address: typed } : { number: typed }),
  confirmFactor: (asked: { ceremony: string; code: string; name?: string }) => call<AddedFactor>('POST', '/me/factors/confirm', asked),
  passkeyOptions: () => call<OwnPasskeyOptions>('POST', '/me/factors/passkey-options', {}),
  addPasskey: (asked: { ceremony: string; name?: string; credential: Attestation }) =>
    call<AddedFactor>('POST', '/me/factors/passkeys', asked),
  offerPhone: () => call<PhoneOffered>('POST', '/me/phones', {}),
  phoneProgress: (phone: string) => call<PhoneProgressAnswer>('GET', `/me/phones/${encodeURIComponent(phone)}`),
  letPhoneIn: (phone: string, digits: string) => call<undefined>('POST', `/me/phones/${encodeURIComponent(phone)}`, { digits }),
  openOnPhone: (link: string) => call<OpenStep>('POST', '/phone', { link }),
  showInvitation: (token: string) => call<InvitationShown>('POST', '/me/invitation', { token }),
  setQuestions: (answers: readonly { question: string; answer: string }[]) =>
    call<AddedFactor>('POST', '/me/factors/questions', { answers }),
  makeCodes: () => call<RecoveryCodesMade>('POST', '/me/factors/recovery-codes', {}),
  renameFactor: (id: string, name: string) => call<undefined>('PATCH', factorPath(id), { name }),
  removeFactor: (id: string, anyway: boolean) => call<undefined>('DELETE', `${factorPath(id)}?anyway=${anyway}`),
};

const factorPath = (id: string) => `/me/factors/${encodeURIComponent(id)}`;
