import type { FactorKind, Goal } from '../../../shared/api/journeys.ts';
import type { InstallationPermission, Permission, PersonPermission, TokenPermission } from '../../../shared/permissions.ts';
import type { ReportTable } from '../../../shared/report-parts.ts';
import type { AccessRefusal } from '../access/can.ts';
import type { Role } from '../access/roles.ts';
import type { CaseEnd } from '../helpdesk/help-case.ts';
import type { SignedReceipt } from '../helpdesk/receipt.ts';
import type { CaseState } from '../ports/case-store.ts';
import type { AccountRef, Unmet } from '../ports/directory.ts';
import type { OutboxLane } from '../ports/outbox-store.ts';
import type { SessionEnd, SessionRights } from '../ports/session-store.ts';
import type { WriteBacking } from '../writes/directory-write.ts';

/** Who did it, and from where. */
export interface Actor {
  /** `delegate`: somebody who is signed in and acts for another person, or at the installation, by a role. `emergency`: who acts without one. `token`: a program. */
  kind: 'self' | 'system' | 'operator' | 'delegate' | 'emergency' | 'token';
  /** Of a delegate: key and sign-in name of their own account. Of who acts in an emergency: its key. Of a program: id of its token, and `token` with its name. */
  account?: string;
  login?: string;
  token?: string;
  /** Network address as the server saw it; absent for the system. */
  address?: string;
  /** Where the journey was started, when that was another address. */
  startedFrom?: string;
  client?: string;
}

/** Why a journey can lead nowhere. Known inside only: outside it looks like any other. */
export type DecoyReason =
  | 'unknown-account'
  | 'account-disabled'
  | 'account-expired'
  | 'password-not-used'
  | 'account-protected'
  | 'not-enrolled'
  /** No rule of proof accepts anything for the account. */
  | 'nothing-accepted'
  | 'recovery-frozen'
  | 'directory-trouble'
  | 'too-many-messages';

/** Why a code that was asked for was sent to nobody. */
export type WithheldReason = 'leads-nowhere' | 'not-enrolled' | 'too-many-messages' | 'too-many-texts';

interface AboutJourney {
  journey: string;
  actor: Actor;
}
interface AboutFactor {
  account: AccountRef;
  actor: Actor;
  author: string;
  factor: FactorKind;
  id: string;
}
interface AboutSession {
  session: string;
  account: AccountRef;
  actor: Actor;
}
interface AboutCase {
  case: string;
  account: AccountRef;
  agent: { account: AccountRef; login: string };
  action: PersonPermission;
  /** What is to be removed, in a case for `remove-proofs`. */
  kinds?: FactorKind[];
  actor: Actor;
}
/** `account`: the person for whom somebody is to vouch. What waits is a recovery, or a case of the helpdesk. */
type AboutVouch = { request: string; account: AccountRef; actor: Actor } & (
  | { journey: string }
  | { case: string; agent?: AboutCase['agent'] }
);
interface AboutWrite {
  intent: string;
  journey?: string | undefined;
  actor: Actor;
  account: AccountRef;
  verb: 'reset-password' | 'unlock-account' | 'change-password';
}

/** A list that somebody takes away. Its beginning and its end name the same one; events of before do not say which. */
interface AboutList {
  list: string;
  session?: string;
  actor: Actor;
}

/** How many were read for a list until it ended, and whether that was all: whoever reads it may have left. */
export interface ListEnd {
  count: number;
  whole: boolean;
}

interface PeopleList extends AboutList {
  directory: string;
  /** Whether something was looked for, and whether below one place; what, is kept nowhere. */
  text: boolean;
  place: boolean;
  filter: string | null;
  /** With filter `expiring`: within so many days. */
  days?: number;
  enrolled: string | null;
}

interface MovesList extends AboutList {
  base: number;
}

interface HistoryList extends AboutList {
  filter: {
    /** About whom, where that is not everybody. */
    accounts: AccountRef[];
    everybody: boolean;
    group: string | null;
    from: string | null;
    to: string | null;
    directory: string | null;
    by: boolean;
  };
}

/** The vocabulary of the audit log: every attempt and every outcome (AUD-1). What was typed as a name is never in it, see `typed-name.ts`. */
export type AuditEvent =
  | ({ type: 'journey.started'; goal: Goal; accounts: AccountRef[]; nameDigest: string } & AboutJourney)
  | ({
      type: 'journey.leads-nowhere';
      goal: Goal;
      nameDigest: string;
      reasons: { account: AccountRef | null; reason: DecoyReason }[];
    } & AboutJourney)
  | ({ type: 'journey.code-sent'; factor: FactorKind; accounts: AccountRef[] } & AboutJourney)
  /** The page says that a code was sent, and none was. No accounts: the journey leads nowhere. */
  | ({ type: 'journey.code-withheld'; factor: FactorKind; accounts: AccountRef[]; reason: WithheldReason } & AboutJourney)
  | ({ type: 'journey.proof-accepted'; factor: FactorKind; accounts: AccountRef[] } & AboutJourney)
  | ({
      type: 'journey.proof-refused';
      factor: FactorKind;
      accounts: AccountRef[];
      attemptsLeft: number;
      judged?: boolean;
      problem?: string;
    } & AboutJourney)
  | ({ type: 'journey.proof-complete'; factors: FactorKind[]; accounts: AccountRef[] } & AboutJourney)
  | ({ type: 'journey.refused'; code: string; reasons?: { account: AccountRef; reason: DecoyReason }[] } & AboutJourney)
  | ({ type: 'journey.cancelled' } & AboutJourney)
  /** A phone has taken a recovery over, or was not let in; `to` is the phone's journey. */
  | ({ type: 'journey.handed-over' | 'journey.hand-over-refused'; to: string } & AboutJourney)
  /** Nobody brought it to an end in time. */
  | ({ type: 'journey.expired'; goal: Goal } & AboutJourney)
  /** A new password could not be compared with breached ones; `allowed`: it was taken all the same, as configured. */
  | ({ type: 'password.breach-not-known'; accounts: AccountRef[]; allowed: boolean } & AboutJourney)
  | ({ type: 'journey.user-name-mailed'; accounts: AccountRef[]; nameDigest: string } & AboutJourney)
  /** The first refusal of a window; `from` is what the limit counts: an address, a network, `everywhere`. */
  | { type: 'guard.slowed-down'; limit: string; from: string }
  /** So much is tried against an account that its owner is told; `what` was used up. */
  | { type: 'guard.attacked'; account: AccountRef; what: 'messages' | 'failures' }
  /** Too many wrong codes in a row by somebody who had given another proof: no code of this authenticator counts until it is released. */
  | ({ type: 'factor.suspended'; factor: FactorKind; account: AccountRef; failures: number } & AboutJourney)
  /** What a person can prove themselves with was changed by an operator. `id` is that of the proof; its secret is nowhere here. */
  /** `countsFrom`: the end of the cool-down of what a person added by themselves. `endsAt`, `once`: of a pass, until when it counts (milliseconds since 1970) and whether its use ends it. */
  | ({ type: 'factor.enrolled'; source: string; reason?: string; endsAt?: number; once?: boolean; countsFrom?: number } & AboutFactor)
  | ({ type: 'factor.renamed' } & AboutFactor)
  | ({ type: 'factor.ended'; reason: string } & AboutFactor)
  /** Two accounts became one person's, or were parted. `account` is that of the one who did it. */
  /** By the journey in which the other one was proven, or by an attribute that both have in common. */
  | ({ type: 'account.linked'; account: AccountRef; other: AccountRef; countsFrom: number; actor: Actor } & (
      | { journey: string }
      | { attribute: string }
    ))
  | { type: 'account.unlinked'; account: AccountRef; other: AccountRef; author: string; reason: string; actor: Actor }
  /** Somebody was invited to set up what proves them; showed the invitation, signed in; or an operator took it back. */
  | { type: 'invitation.made'; account: AccountRef; id: string; author: string; actor: Actor; expiresAt: number; byMail: boolean }
  | ({ type: 'invitation.shown'; id: string } & AboutSession)
  | { type: 'invitation.revoked'; account: AccountRef; author: string; actor: Actor; count: number; reason: string }
  /** One of several accounts was left out of a write to them, before anything was sent. `reason`: a code. */
  | { type: 'write.not-begun'; journey?: string | undefined; actor: Actor; account: AccountRef; verb: AboutWrite['verb']; reason: string }
  /** `backing`: what a write for somebody else rests on, where that is a case. */
  | ({ type: 'write.intended'; proof: FactorKind[]; unlock?: boolean; backing?: WriteBacking | undefined } & AboutWrite)
  | ({
      type: 'write.succeeded' | 'write.refused' | 'write.failed' | 'write.unknown' | 'write.unanswered' | 'write.corrected';
      /** `answer`: the directory said so; `reading`: found out afterwards by reading the account. */
      foundBy: 'answer' | 'reading';
      server?: string | undefined;
      reason?: string | undefined;
      detail?: string | undefined;
      leftTemporary?: boolean | undefined;
      /** What was to be done besides and was not: the history was not kept, the mark "must change" was not set. */
      unmet?: readonly Unmet[] | undefined;
      /** `write.corrected` only: what had been written down before, and what is so. */
      earlier?: string;
      outcome?: string;
    } & AboutWrite)
  /** Somebody signed in. `rights`: `enrolment` for who gave the password alone, having nothing enrolled; `until-enrolled` for who must first add what is missing. */
  | ({ type: 'session.opened'; journey: string; factors: FactorKind[]; rights: SessionRights; provider?: string } & AboutSession)
  /** Who is signed in has proven once more who they are. */
  | ({ type: 'session.raised'; journey: string; factors: FactorKind[] } & AboutSession)
  /** Enough is enrolled, or nothing can be asked for any more: a session that was held up does everything from now on. */
  | ({ type: 'session.released' } & AboutSession)
  /** Somebody was asked for the first time to add what proves them: from now on the days of the rule count. */
  | ({ type: 'enrolment.asked'; rule: string } & AboutSession)
  /** They put it off; `until` in milliseconds since 1970. */
  | ({ type: 'enrolment.put-off'; rule: string; until: number } & AboutSession)
  /** An operator lets somebody put it off for longer. */
  | { type: 'enrolment.deferred'; account: AccountRef; actor: Actor; author: string; reason: string; until: number }
  /** Somebody is reminded by mail; `count`: the how manyeth mail it is. */
  | { type: 'enrolment.reminded'; account: AccountRef; actor: Actor; rule?: string; count: number }
  /** Who is signed in gave a current password that is not right, to change it. */
  | ({ type: 'session.current-refused' } & AboutSession)
  /** Who is signed in asked for what no role lets them do for somebody else; they are not told why. No reasons: nobody was found. */
  | {
      type: 'access.refused';
      actor: Actor;
      session: string;
      reasons: { account: AccountRef; action: Permission; reason: AccessRefusal | 'ambiguous' | 'receipt-needed' | DecoyReason }[];
    }
  /** Who is signed in has let a phone in to add what proves them, or typed wrong digits until it was over. `journey` is the phone's. */
  | ({ type: 'phone.let-in' | 'phone.refused'; journey: string } & AboutSession)
  /** An agent helps somebody for one purpose. */
  | ({ type: 'case.opened'; reason?: string; ticket?: string } & AboutCase)
  /** The caller is verified, in the way that the receipt names, by proofs of these kinds. */
  | ({ type: 'case.verified'; factors: FactorKind[]; receipt: SignedReceipt } & AboutCase)
  /** The caller was asked for something that the agent types for them; what they said was right, or wrong. */
  | ({ type: 'case.asked' | 'case.answer-accepted'; factor: FactorKind } & AboutCase)
  /** The address of the page on which callers prove who they are was sent to them, over this. */
  | ({ type: 'case.page-sent'; factor: FactorKind } & AboutCase)
  | ({ type: 'case.answer-refused'; factor: FactorKind; triesLeft: number } & AboutCase)
  | ({ type: 'case.number-refused'; triesLeft: number } & AboutCase)
  /** Somebody, the actor, asked for what takes a receipt, a way or a case that they do not have. `code`: what they were told. */
  | ({ type: 'case.refused'; code: string } & AboutCase)
  /** A link to set their own password was sent to the person, to a mailbox as agents see it. It was opened; or was not, and why. */
  | ({ type: 'case.link-sent'; to: string; endsAt: number } & AboutCase)
  | ({ type: 'case.link-opened'; journey: string } & AboutCase)
  | ({ type: 'case.link-refused'; because: 'number' | 'agent' | 'proof'; triesLeft: number } & AboutCase)
  /** Somebody who proved who they are says that it is not their call. `state`: how far the case was. */
  | ({ type: 'case.denied'; state: CaseState } & AboutCase)
  /** An agent acts for a caller whom nobody has verified. */
  | ({ type: 'case.unverified' } & AboutCase)
  /** An act waits for a second agent. `instead`: who had approved it, and may not any more. */
  | ({ type: 'case.approval-asked'; basis: 'receipt' | 'unverified'; instead?: AccountRef } & AboutCase)
  /** The second agent is the actor: the case may be acted on, or is over. */
  | ({ type: 'case.approved'; basis: 'receipt' | 'unverified'; reason?: string } & AboutCase)
  | ({ type: 'case.approval-refused'; reason: string } & AboutCase)
  /** Somebody wanted to approve what they had asked for or vouched for themselves, by this account or another one of theirs. */
  | ({ type: 'case.approval-own'; session: string } & AboutCase)
  /** What a case is for was done, where that writes to no directory. */
  | ({ type: 'case.acted'; backing?: WriteBacking } & AboutCase)
  /** `reason`: why another agent, who is the actor then, has taken the place of the one of the case. */
  | ({ type: 'case.closed'; because: CaseEnd; reason?: string } & AboutCase)
  /** An operator made a link that lets one administrator in; `id` names what comes of it. */
  | { type: 'set-up.link-made'; actor: Actor; expiresAt: number }
  | { type: 'set-up.opened'; actor: Actor }
  /** Its link and the browser that opened it were ended on the console. */
  | { type: 'set-up.closed'; actor: Actor; author: string }
  /** Somebody was named to try a reset in the set-up: whoever holds its browser looks people up by that. */
  | { type: 'set-up.reset-named'; account: AccountRef; actor: Actor }
  /** The same, and they may not be reset there. No account: nobody was found, or several. */
  | { type: 'set-up.reset-refused'; actor: Actor; reason: string; account?: AccountRef }
  /** A link by which a test person sets another password was made; it was opened, and the journey was begun. */
  | { type: 'set-up.reset-link-made'; account: AccountRef; actor: Actor; endsAt: number }
  | { type: 'set-up.reset-link-opened'; account: AccountRef; actor: Actor; journey: string }
  /** The set-up is over. */
  | {
      type: 'set-up.reset-ended';
      actor: Actor;
      because: 'acted' | 'skipped' | 'expired' | 'on-the-console';
      author?: string;
      account?: AccountRef;
    }
  | { type: 'emergency.link-made'; id: string; actor: Actor; author: string; reason: string; expiresAt: number }
  /** It was opened, once; then its holder made a passkey, and came back by it. */
  | { type: 'emergency.opened' | 'emergency.passkey-made' | 'emergency.signed-in'; id: string; session: string; actor: Actor }
  /** Somebody came with a link that was opened before, replaced, retired or too old, or with a passkey whose answer proves nothing. */
  | { type: 'emergency.refused'; id: string; actor: Actor; problem: string }
  /** Nobody gets in by it any more. */
  | { type: 'emergency.retired'; id: string; actor: Actor; author: string; because: 'retired' | 'replaced' | 'passkey-cloned' }
  /** Who is signed in asked for what no role lets them do at the installation. */
  | { type: 'access.management-refused'; actor: Actor; session: string; action: InstallationPermission; reason: AccessRefusal }
  /** A manager, or deputies, were asked to vouch. `mailed`: the manager hears of it by mail. */
  | ({ type: 'vouch.asked'; manager: AccountRef | null; mailed: boolean; deputies: boolean } & AboutVouch)
  /** `by` has vouched, and had proven themselves by these when they did; `at`: when each was given, milliseconds since 1970. */
  | ({ type: 'vouch.approved'; by: AccountRef; session: string; factors: { kind: FactorKind; at: number }[] } & AboutVouch)
  | ({ type: 'vouch.refused'; by: AccountRef; session: string; because: 'not-expected' | 'digits-wrong' } & AboutVouch)
  | ({ type: 'vouch.withdrawn' | 'vouch.expired' } & AboutVouch)
  /** An agent looked at a person; in no session, where it was a program with its token. */
  | { type: 'person.seen'; account: AccountRef; actor: Actor; session?: string }
  /** An agent, or a program, takes a list of people away: before anything of it leaves, and when it has ended. */
  | ({ type: 'people.export-begun' } & PeopleList)
  | ({ type: 'people.exported' } & PeopleList & ListEnd)
  /** Somebody, or a program, has searched for people more often than a limit of the guard lets them; the first refusal of its window. */
  | { type: 'people.searched-too-often'; session?: string; actor: Actor; limit: 'searchesPerSession' | 'searchesPerAgent' }
  /** Somebody takes away whom a change of the configuration would let recover or sign in, or keep from it. `base`: the version it is made from. */
  | ({ type: 'people.moves-export-begun' } & MovesList)
  | ({ type: 'people.moves-exported' } & MovesList & ListEnd)
  /** An operator added somebody to a directory that Keyturn keeps, or removed them. `name`: what they sign in with, which nobody else tells once they are gone. */
  | {
      type: 'directory.person-added';
      account: AccountRef;
      name: string;
      author: string;
      actor: Actor;
      hasPassword: boolean;
      reason?: string;
    }
  | { type: 'directory.person-removed'; account: AccountRef; name: string; author: string; actor: Actor; reason: string }
  /** A message that had not left is tried at once. `job`: what carries it. */
  | { type: 'outbox.retried'; actor: Actor; author: string; message: string; lane: OutboxLane; job: string }
  /** A message that could not be delivered was deleted. `lastProblem`: code of what was in its way. */
  | {
      type: 'outbox.deleted';
      actor: Actor;
      author: string;
      message: string;
      lane: OutboxLane;
      job: string;
      reason: string;
      lastProblem?: string;
    }
  /**
   * An administrator had a message sent to see whether it arrives, and it was not taken. `to` is masked; `of`: the notice, or the gateway;
   * `at`: where a gateway is that is not in force.
   */
  | { type: 'message.tested'; actor: Actor; session: string; channel: 'email' | 'sms'; to: string; of: string; at?: string }
  | {
      type: 'message.test-failed';
      actor: Actor;
      session: string;
      channel: 'email' | 'sms';
      to: string;
      of: string;
      at?: string;
      problem: string;
    }
  /** Everything is stricter from now on, as configured; or it is raised once more. */
  | { type: 'threat.raised'; actor: Actor; author: string; reason: string }
  /** One of two has agreed that it is over. */
  | { type: 'threat.lift-begun'; actor: Actor; author: string }
  /** `other` agreed first; `since`: when it was raised, milliseconds since 1970. */
  | { type: 'threat.lifted'; actor: Actor; author: string; other: string; since: number }
  /** Somebody who may look at this log took a table of a report away. */
  | { type: 'report.exported'; session?: string; actor: Actor; table: ReportTable; days: number; count: number }
  /** Somebody who may look at this log takes a part of it away. */
  | ({ type: 'history.export-begun' } & HistoryList)
  | ({ type: 'history.exported' } & HistoryList & ListEnd)
  /** Somebody whom a provider of OpenID Connect has let in was not signed in here. */
  | { type: 'openid.refused'; actor: Actor; reason: string; account?: AccountRef }
  /** A token of a program was made; `over`: whom it may see, as the scope of a role. */
  | {
      type: 'token.made';
      id: string;
      name: string;
      actor: Actor;
      author: string;
      may: readonly TokenPermission[];
      over?: Role['over'];
      expiresAt: number;
    }
  | { type: 'token.revoked'; id: string; name: string; actor: Actor; author: string }
  /** A token ended with who had made it (`author`): they may make none any more. */
  | { type: 'token.maker-lost'; id: string; name: string; actor: Actor; author: string }
  /** A program asked for what its token does not allow, or what no token does. */
  | { type: 'token.refused'; id: string; name: string; actor: Actor; problem: string }
  | ({ type: 'session.ended'; because: SessionEnd } & AboutSession)
  | { type: 'session.all-ended'; account: AccountRef; actor: Actor; because: SessionEnd; count: number }
  | { type: 'recovery.released'; account: AccountRef; actor: Actor; author: string; reason: string; wasFrozen: boolean; failures: number }
  | { type: 'recovery.frozen'; account: AccountRef; actor: Actor; reason: string }
  /** Who has the console said that this database was restored from a backup; what may have been ended since was ended. */
  | { type: 'database.restored'; actor: Actor; author: string; reason: string }
  /** Who has the console said why the end of the log was put back, each time that one of `marks` tells of. */
  | { type: 'audit.end-acknowledged'; actor: Actor; author: string; reason: string; marks: readonly number[] }
  | {
      type: 'configuration.applied';
      actor: Actor;
      version: number;
      author: string;
      comment: string;
      changes: { path: string; before: unknown; after: unknown }[];
    };
