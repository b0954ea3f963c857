export const MAIL_KINDS = [
  'code',
  'call-code',
  'call-page',
  'password-was-reset',
  'password-was-changed',
  'account-was-unlocked',
  'password-was-reset-for-you',
  'account-was-unlocked-for-you',
  'password-may-have-been-reset',
  'account-may-have-been-unlocked',
  'recovery-not-possible',
  'recovery-frozen',
  'call-denied',
  'helped-unverified',
  'case-taken-over',
  'helpdesk-link',
  'recovery-attempted',
  'authenticator-suspended',
  'recovery-codes-few',
  'passkey-cloned',
  'factor-added',
  'factor-removed',
  'account-linked',
  'account-unlinked',
  'emergency-made',
  'emergency-opened',
  'emergency-retired',
  'threat-raised',
  'threat-lifted',
  'alarm-address-changed',
  'enrolment-reminder',
  'vouch-asked',
  'vouch-refused',
  'user-name',
  'invitation',
] as const;
export type MailKind = (typeof MAIL_KINDS)[number];

/**
 * What a mail speaks of. Every one is optional: a sentence that needs one which is not given is left out.
 *
 * - `code`, `goal`, `minutes`: the code, what it was asked for (a `Goal`), how long it is good
 * - `account`: the account as its owner knows it; `directory`: where it is; `names`: user names, separated by commas
 * - `helper`: sign-in name of who did it for the owner; of a `call-code` or `call-page` the name of the agent
 * - `action`: what an agent is about to do (a `PersonPermission`); `kinds`: which kinds of proofs they remove (`kindsParameter`)
 * - `factor`: the kind of proof (`FactorKind`) that was added or removed
 * - `other`: another account, that was linked or parted, or is helped, or who agreed first that a threat is over
 * - `author`, `reason`: who began an emergency on the console, declared a threat or changed the configuration, and why
 * - `count`: how many recovery codes are left
 * - `endsAt`: until when a pass counts, `countsFrom`: from when on a new proof does; as `happenedAt`
 * - `happenedAt`: RFC 3339 or milliseconds since 1970; shown in the time zone of the organisation
 * - `askedAt`, `address`, `client`: when and from where somebody asked for it, and at what (a kind of `Client`)
 * - `link`: address of "this was not me", of an invitation, of the page of a caller who sets their own password, of the one on which callers prove who they are, or of the page on which somebody vouches, which has none. Its secret stands in the fragment, which no server is sent, and opening the page
 *   spends nothing: scanners of mails open every link
 * - `site`: where people sign in
 * - `setUp`: it was done by a `link` of the set-up, for which nobody proved who they are
 * - `organisation`, `contact`: whose mail it is and who helps
 */
export type MailParameters = Readonly<Record<string, string | number>>;

/** A sentence `mail.<key>`, the code on a line of its own, or the link under the sentence `mail.<key>`. */
export type Part = string | { code: true } | { link: string };

const NOT_ME: readonly Part[] = ['not-me.nothing-to-do', 'not-me.explain', { link: 'not-me.link' }];

/** The same to whom something was done by somebody else who may. */
const HELPED: readonly Part[] = ['helped.nothing-to-do', 'helped.explain', { link: 'not-me.link' }];

export const PARTS: Readonly<Record<MailKind, readonly Part[]>> = {
  code: ['code.asked', { code: true }, 'code.lifetime', 'asked', 'code.nobody-asks', 'code.not-you'],
  'call-code': ['call-code.asked', { code: true }, 'code.lifetime', 'call-code.called-you', 'call-code.not-you'],
  'call-page': ['call-page.what', 'call-page.how', { link: 'call-page.link' }, 'call-page.not-you'],
  'password-was-reset': ['password-was-reset.what', 'by-set-up', ...NOT_ME],
  'password-was-changed': ['password-was-changed.what', ...NOT_ME],
  'account-was-unlocked': ['account-was-unlocked.what', ...NOT_ME],
  'password-was-reset-for-you': ['password-was-reset-for-you.what', ...HELPED],
  'account-was-unlocked-for-you': ['account-was-unlocked-for-you.what', ...HELPED],
  'password-may-have-been-reset': ['password-may-have-been-reset.what', 'by-set-up', ...NOT_ME],
  'account-may-have-been-unlocked': ['account-may-have-been-unlocked.what', ...NOT_ME],
  'recovery-not-possible': ['recovery-not-possible.what', 'asked', 'recovery-not-possible.why', 'recovery-not-possible.not-you'],
  'recovery-frozen': ['recovery-frozen.what', 'recovery-frozen.next'],
  'call-denied': ['call-denied.what', 'call-denied.next'],
  'helped-unverified': ['helped-unverified.what', 'helped-unverified.next'],
  'case-taken-over': ['case-taken-over.what', 'case-taken-over.next'],
  'helpdesk-link': [
    'helpdesk-link.what',
    'helpdesk-link.how',
    { link: 'helpdesk-link.link' },
    'helpdesk-link.until',
    'helpdesk-link.nobody-asks',
  ],
  'recovery-attempted': ['recovery-attempted.what', 'recovery-attempted.nothing', 'recovery-attempted.stop', { link: 'not-me.link' }],
  'authenticator-suspended': ['authenticator-suspended.what', 'authenticator-suspended.next'],
  'recovery-codes-few': ['recovery-codes-few.what', 'recovery-codes-few.next'],
  'passkey-cloned': ['passkey-cloned.what', 'passkey-cloned.next'],
  'factor-added': ['factor-added.what', 'factor-added.counts-from', ...NOT_ME],
  'factor-removed': ['factor-removed.what', ...NOT_ME],
  'account-linked': ['account-linked.what', 'factor-added.counts-from', ...NOT_ME],
  'account-unlinked': ['account-unlinked.what', ...NOT_ME],
  'emergency-made': ['emergency-made.what', 'emergency.next'],
  'emergency-opened': ['emergency-opened.what', 'emergency.next'],
  'emergency-retired': ['emergency-retired.what'],
  'threat-raised': ['threat-raised.what'],
  'threat-lifted': ['threat-lifted.what'],
  'alarm-address-changed': ['alarm-address-changed.what', 'alarm-address-changed.next'],
  'enrolment-reminder': ['enrolment-reminder.what', 'enrolment-reminder.how', 'enrolment-reminder.until', 'enrolment-reminder.never'],
  'vouch-asked': [
    'vouch-asked.what',
    'asked',
    'vouch-asked.how',
    { link: 'vouch-asked.link' },
    'vouch-asked.not-expected',
    'vouch-asked.until',
  ],
  'vouch-refused': ['vouch-refused.what', ...NOT_ME],
  'user-name': ['user-name.what', 'asked', 'user-name.not-you'],
  invitation: ['invitation.what', 'invitation.how', { link: 'invitation.link' }, 'invitation.until', 'invitation.not-asked'],
};

/** What a sentence cannot do without. */
export const NEEDS: Readonly<Record<string, readonly string[]>> = {
  'code.lifetime': ['minutes'],
  'call-code.asked': ['helper', 'action'],
  'call-code.asked.remove-proofs': ['kinds'],
  'call-page.what': ['helper'],
  'password-was-reset.what': ['account', 'happenedAt'],
  'password-was-changed.what': ['account', 'happenedAt'],
  'account-was-unlocked.what': ['account', 'happenedAt'],
  'password-may-have-been-reset.what': ['account', 'happenedAt'],
  'account-may-have-been-unlocked.what': ['account', 'happenedAt'],
  'password-was-reset-for-you.what': ['account', 'happenedAt', 'helper'],
  'account-was-unlocked-for-you.what': ['account', 'happenedAt', 'helper'],
  'by-set-up': ['setUp'],
  'not-me.explain': ['link'],
  'helped.explain': ['link'],
  'recovery-not-possible.what': ['account'],
  'recovery-frozen.what': ['account'],
  'call-denied.what': ['account', 'happenedAt', 'helper'],
  'helped-unverified.what': ['account', 'happenedAt', 'helper'],
  'case-taken-over.what': ['other', 'happenedAt', 'helper'],
  'helpdesk-link.what': ['account', 'helper'],
  'helpdesk-link.until': ['endsAt'],
  'recovery-attempted.what': ['account'],
  'recovery-attempted.stop': ['link'],
  'authenticator-suspended.what': ['account'],
  'recovery-codes-few.what': ['account', 'count'],
  'passkey-cloned.what': ['account'],
  'factor-added.what': ['account', 'happenedAt', 'factor'],
  'factor-added.what.temporary-pass': ['endsAt'],
  'factor-added.counts-from': ['countsFrom'],
  'factor-removed.what': ['account', 'happenedAt', 'factor'],
  'account-linked.what': ['account', 'other', 'happenedAt'],
  'account-unlinked.what': ['account', 'other', 'happenedAt'],
  'emergency-made.what': ['author', 'reason', 'happenedAt'],
  'emergency-opened.what': ['author', 'reason', 'happenedAt'],
  'emergency-retired.what': ['author', 'reason', 'happenedAt'],
  'threat-raised.what': ['author', 'reason', 'happenedAt'],
  'threat-lifted.what': ['author', 'other', 'reason', 'happenedAt'],
  'alarm-address-changed.what': ['author', 'happenedAt'],
  'enrolment-reminder.what': ['account'],
  'enrolment-reminder.how': ['site'],
  'enrolment-reminder.until': ['endsAt'],
  'vouch-asked.what': ['other'],
  'vouch-asked.until': ['endsAt'],
  'vouch-refused.what': ['account', 'happenedAt'],
  'user-name.what': ['names'],
  'invitation.what': ['account', 'organisation'],
  'invitation.until': ['endsAt'],
  asked: ['askedAt', 'address', 'client'],
  'frame.contact': ['contact'],
  'frame.sender': ['organisation'],
};

/**
 * Sentences that stay in the words of the product when an organisation words a mail itself: what keeps a person from being tricked, and
 * what they need to judge whether it was them. Those with a link stand before it, the others below what the organisation says.
 */
export const KEPT: ReadonlySet<string> = new Set([
  'asked',
  'code.lifetime',
  'code.nobody-asks',
  'code.not-you',
  'call-code.called-you',
  'call-code.not-you',
  'call-page.how',
  'call-page.not-you',
  'by-set-up',
  'not-me.explain',
  'helped.explain',
  'recovery-not-possible.not-you',
  'recovery-attempted.nothing',
  'recovery-attempted.stop',
  'recovery-codes-few.next',
  'helpdesk-link.how',
  'helpdesk-link.until',
  'helpdesk-link.nobody-asks',
  'factor-added.counts-from',
  'enrolment-reminder.until',
  'enrolment-reminder.never',
  'emergency.next',
  'vouch-asked.how',
  'vouch-asked.not-expected',
  'vouch-asked.until',
  'user-name.not-you',
  'invitation.until',
  'invitation.not-asked',
]);
