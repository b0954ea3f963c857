import type { AdminExplanation, AdminOverview, AdminTried } from '../../shared/api/admin.ts';
import type {
  AppliedConfiguration,
  CheckedConfiguration,
  ConfigurationVersion,
  ConfigurationVersions,
  ShownConfiguration,
} from '../../shared/api/configuration.ts';
import type { Health } from '../../shared/api/health.ts';
import type { BegunPeopleCount, DraftCount, PeopleCount } from '../../shared/api/people-count.ts';
import type { QuestionUses } from '../../shared/api/question-use.ts';
import type { Queue } from '../../shared/api/queue.ts';
import type { SignedIn } from '../../shared/api/session.ts';
import type { TestedMail, TestedText, TestTextRequest } from '../../shared/api/test-message.ts';
import type { MadeToken, MakeTokenRequest, ShownTokens } from '../../shared/api/tokens.ts';
import type { Assertion, Attestation, CreationOptions } from '../../shared/api/web-authn.ts';
import type { MailPreview, MailPreviewRequest, TextPreview, TextPreviewRequest } from '../../shared/api/words-preview.ts';
import { call } from '../api.ts';
import type { Json, SettingSchema } from './configuration/setting-schema.ts';

/** What an administrator asks for, or somebody who is let in to be one. */
export const adminApi = {
  overview: () => call<AdminOverview>('GET', '/admin'),
  configuration: () => call<ShownConfiguration>('GET', '/admin/configuration'),
  schema: () => call<SettingSchema>('GET', '/admin/configuration/schema'),
  check: (document: Json, base: number, signal?: AbortSignal) =>
    call<CheckedConfiguration>('POST', '/admin/configuration/check', { document, base }, signal),
  previewMail: (wanted: MailPreviewRequest) => call<MailPreview>('POST', '/admin/mail-preview', wanted),
  previewText: (wanted: TextPreviewRequest) => call<TextPreview>('POST', '/admin/text-preview', wanted),
  testMail: (wanted: MailPreviewRequest, to: string) => call<TestedMail>('POST', '/admin/test-mail', { ...wanted, to }),
  testText: (wanted: TestTextRequest) => call<TestedText>('POST', '/admin/test-text', wanted),
  apply: (document: Json, base: number, comment: string) =>
    call<AppliedConfiguration>('PUT', '/admin/configuration', { document, base, comment }),
  versions: () => call<ConfigurationVersions>('GET', '/admin/configuration/versions'),
  version: (version: number) => call<ConfigurationVersion>('GET', `/admin/configuration/versions/${version}`),
  explain: (account: string, target: string | undefined) =>
    call<AdminExplanation>('POST', '/admin/explain', {
      account: { name: account },
      ...(target === undefined ? {} : { target: { name: target } }),
    }),
  try: (asked: { account: { name: string }; client: string; address?: string; password?: string }, signal: AbortSignal) =>
    call<AdminTried>('POST', '/admin/try', asked, signal),
  raiseThreat: (reason: string) => call<undefined>('POST', '/admin/threat', { reason }),
  liftThreat: (seen: string) => call<{ lifted: boolean }>('POST', '/admin/threat/lift', { seen }),
  tokens: () => call<ShownTokens>('GET', '/admin/tokens'),
  makeToken: (wanted: MakeTokenRequest) => call<MadeToken>('POST', '/admin/tokens', wanted),
  revokeToken: (id: string) => call<undefined>('DELETE', `/admin/tokens/${encodeURIComponent(id)}`),
  health: () => call<Health>('GET', '/admin/health'),
  questionUse: () => call<QuestionUses>('GET', '/admin/question-use'),
  countQuestionUse: () => call<QuestionUses>('POST', '/admin/question-use', {}),
  queue: () => call<Queue>('GET', '/admin/queue'),
  retryMessage: (id: string) => call<undefined>('POST', `/admin/queue/${encodeURIComponent(id)}/retry`, {}),
  deleteMessage: (id: string, reason: string) => call<undefined>('POST', `/admin/queue/${encodeURIComponent(id)}/delete`, { reason }),
  peopleCount: () => call<PeopleCount>('GET', '/admin/people-count'),
  countPeople: (draft?: { document: Json; base: number }) =>
    call<BegunPeopleCount>('POST', '/admin/people-count', draft === undefined ? {} : { draft }),
  leaveCount: (wait: string) => call<undefined>('DELETE', `/admin/people-count/waits/${encodeURIComponent(wait)}`),
  countDraft: (document: Json, base: number, signal: AbortSignal) =>
    call<DraftCount>('POST', '/admin/people-count/draft', { document, base }, signal),
  peopleMoved: (document: Json, base: number) => call<string>('POST', '/admin/people-count/draft/people', { document, base }),
  cancelCount: () => call<PeopleCount>('DELETE', '/admin/people-count'),
  openEmergency: (secret: string) => call<{ session: SignedIn }>('POST', '/emergency', { secret }),
  passkeyOptions: () => call<{ publicKey: CreationOptions }>('POST', '/emergency/passkey-options', {}),
  addPasskey: (credential: Attestation) => call<undefined>('POST', '/emergency/passkeys', { credential }),
  comeBack: (ticket: string, credential: Assertion) => call<{ session: SignedIn }>('POST', '/emergency/return', { ticket, credential }),
};
