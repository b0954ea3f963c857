import type { Client, FactorKind, Goal, Result } from '../../../shared/api/journeys.ts';
import type { PasswordRule } from '../../../shared/password-rules/password-rule.ts';
import type { PersonPermission } from '../../../shared/permissions.ts';
import type { Candidate } from '../accounts/candidate.ts';
import type { AnswerProblem, OtherAccounts, Prompt, PutQuestion, Renewal } from '../factors/factor.ts';
import type { AccountRef } from '../ports/directory.ts';
import type { WorkChallenge } from '../ports/platform.ts';
import type { JourneyRow } from '../ports/store.ts';
import type { JourneyVerb, WriteResult } from '../writes/directory-write.ts';
import type { ShownProof } from './shown-proof.ts';

/** A message of the journey: a key of `locales/<lang>/journey.json` below `message`, or of `password.json`. */
export interface MessageKey {
  key: string;
  tone: 'info' | 'error';
  parameters?: Record<string, string | number>;
}

interface StepBase {
  id: string;
  message?: MessageKey;
}

/** A step whose answer is a write; kept while the write runs, so that it can be put again. */
export type QuestionStep = StepBase &
  (
    | {
        kind: 'new-password';
        rules: PasswordRule[];
        anyLocked: boolean;
        changeableAt: number | null;
        /** What of it is asked for each account, where there are several: some of them may be asked for alone later. */
        each?: Record<string, AccountQuestion>;
      }
    | { kind: 'confirm-unlock' }
  );

/** What one account asks of a new password, and whether keeping the old one is offered for it. */
export interface AccountQuestion {
  /** Name of its directory, which rules that are its own are told by. */
  directory: string;
  rules: PasswordRule[];
  maybeLocked: boolean;
  changeableAt: number | null;
}

/** What became of a write to an account, as far as the journey goes by it. */
export interface Written {
  status: Exclude<WriteResult['status'], 'open'>;
  reason?: string | undefined;
  leftTemporary?: true | undefined;
  unmet?: WriteResult['unmet'] | undefined;
}

/** The same as the person is told it. */
export type AccountOutcome = Omit<Result, 'message' | 'account'> & { verb: JourneyVerb };

/** A step for each way of asking. `problem`: what was wrong with the last answer. */
type PromptSteps = { [P in Prompt]: { kind: P; factor: FactorKind; challengeId: string; problem?: AnswerProblem } };

/** The step that a journey stands at. What a client sees of it is made by present-step.ts. */
export type OpenStep =
  | QuestionStep
  | (StepBase &
      (
        | { kind: 'choose-factor' }
        /** Work is to be done first. `next`: what it was asked for, the beginning or another code of a kind. */
        | { kind: 'proof-of-work'; challenge: WorkChallenge; difficulty: number; factor: number; next: 'begin' | FactorKind }
        /** A proof is asked for, as its kind asks for it. */
        | PromptSteps[Prompt]
        /**
         * An answer is being judged by a server; clients see `waiting`. It was counted as wrong before, and what is not settled by
         * `until` stays so: then the same question is put again.
         */
        | { kind: 'judging'; from: StepBase & PromptSteps[Prompt]; isJudged: boolean; attacked: boolean; until: number }
        /** The digits are shown here and typed by somebody else, who is signed in. Clients see `waiting`. */
        | { kind: 'hand-over'; digits: string; tries: number }
        /** The recovery goes on at a phone, whose journey is `to`. Clients see `waiting`. */
        | { kind: 'handed-over'; to: string }
        /** `call`: of whom and what for; null: nobody has opened a case about the person. */
        | {
            kind: 'confirm-call';
            call: { case: string; agent: string; action: PersonPermission; kinds?: FactorKind[]; shown: string; triesLeft: number } | null;
          }
        /** Somebody else is asked to vouch, and types the digits that are shown here. Clients see `waiting`; the request is over at `until`. */
        | { kind: 'vouching'; request: string; account: AccountRef; digits: string; until: number }
        | { kind: 'choose-accounts'; locked: Record<string, boolean | null> }
        /** Proof is complete; the directories are being asked what comes next. Clients see `waiting`. */
        | { kind: 'preparing' }
        /** A write is under way, or its result is being found out. Clients see `waiting`. */
        | {
            kind: 'writing';
            /** The account of each intent. */
            intents: Record<string, string>;
            verb: JourneyVerb;
            from: QuestionStep;
            /** By account: what is known before all of it is. Those for which nothing could be begun are in here alone. */
            known?: Record<string, Written>;
          }
        | { kind: 'done'; results: (Omit<Result, 'message' | 'account'> & { account: string | null })[]; nextSteps: string[] }
        | { kind: 'refused'; code: string }
      ));
export type OpenStepKind = OpenStep['kind'];
export type OpenStepOf<K extends OpenStepKind> = Extract<OpenStep, { kind: K }>;
/** A step that asks for a proof. */
export type PromptStep = OpenStepOf<Prompt>;

/** A message that was asked for, so that going back and forth neither sends more nor gives more attempts. */
export interface AskedFactor {
  challengeId: string;
  sentAt: number | null;
  resendAt: number | null;
  expiresAt: number;
  sendings: number;
  /** As its challenge has it: each attempt that counts also moves the journey on. */
  attemptsLeft: number;
  /** What is put to the person, where it is their own. */
  questions?: PutQuestion[];
  /** Other accounts that are named to them. */
  accounts?: OtherAccounts['usable'];
}

export interface JourneyState {
  goal: Goal;
  language: string;
  client: Client;
  /** Network address of the one who started it, for the audit log. */
  address: string;
  typedName: string;
  /** The name as each directory spells it; counted by the guard. */
  guardNames: string[];
  /** null: the directories have not been asked yet. Empty: a decoy, which looks the same and leads nowhere. */
  candidates: Candidate[] | null;
  /** Digest of the browser's own token, where it has one; null: it has none. */
  device: string | null;
  /** Digests of the places of this journey from which owners of its candidates succeeded before. */
  knownPlaces: string[];
  /** A proof of work was solved in this journey. */
  hasWorked: boolean;
  proven: FactorKind[];
  /** What was shown for each of them. */
  shown?: Partial<Record<FactorKind, ShownProof[]>>;
  /** Accounts whose directory wants another password, as it said when it judged the one that was given. */
  renewals?: Record<string, Renewal>;
  /** When the proof was complete; milliseconds since 1970. */
  provenAt: number | null;
  /** Where the audit log ended before that was judged. The proof is worth nothing for an account that somebody writes to behind it. */
  logEnd?: number | undefined;
  /** For whom who is signed in proves once more who they are, and what they were asked for. */
  stepUp?: { session: string; wanted: FactorKind[][] };
  /** Of a phone that is to be let in: the session that has offered it to. */
  onPhone?: { session: string };
  /** QR codes that this recovery has asked for, to go on at a phone. */
  offeredPhones?: number;
  /** Wrong digits that were typed for any of those phones. */
  wrongDigits?: number;
  /** Of a phone: the recovery that it is to take over, or has. */
  handedFrom?: string;
  /** Kinds of client that it was handed over to, one after the other. The rules of proof of each count, and of where it was begun. */
  handedTo?: Client['kind'][];
  /** In which session the proof of another account was begun, for its link. */
  link?: { session: string };
  /** A link has begun it, which is all that it rests on: of the helpdesk, with its case, or of the last step of a set-up; and which one. */
  byLink?: { case: string; link: string } | { setUp: string; link: string };
  /** Who could vouch for the candidates was read: where there is nobody, they have no `manager` any more. */
  managersRead?: boolean;
  /** When the journey ends, where that is not so long after its start as any does: somebody was waited for. Milliseconds since 1970. */
  until?: number;
  /** A proof was added with the right that the end of the journey gave, or the link was made. */
  hasAdded?: boolean;
  asked: Partial<Record<FactorKind, AskedFactor>>;
  /** Keys of the accounts that the person chose, once proven. */
  selected: string[];
  /** What became of accounts so far, where there were several: of those too that are asked for once more. */
  outcomes?: Record<string, AccountOutcome>;
  step: OpenStep;
}

export interface LoadedJourney {
  row: JourneyRow;
  state: JourneyState;
}

/** Reads the sealed state of a row. */
export function loadedJourney(row: JourneyRow): LoadedJourney {
  return { row, state: JSON.parse(row.state) as JourneyState };
}
