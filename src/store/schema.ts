import type { Generated, Kysely } from 'kysely';
import type { OutboxLane } from '../core/ports/outbox-store.ts';

/**
 * The tables as they are in the database. Times are milliseconds since 1970 in BIGINT columns, booleans are 0 or 1, lists
 * are JSON: forms that SQLite and PostgreSQL store alike. A comment "sealed" means that `secrets.ts` made
 * the value; what it is bound to is in `sealed-columns.ts`.
 */
export interface Schema {
  journeys: JourneyTable;
  challenges: ChallengeTable;
  factors: FactorTable;
  counters: CounterTable;
  audit_events: AuditEventTable;
  audit_head: AuditHeadTable;
  audit_terms: AuditTermTable;
  intents: IntentTable;
  outbox: OutboxTable;
  freezes: FreezeTable;
  known_places: KnownPlaceTable;
  enrolment_asks: EnrolmentAskTable;
  enrolment_walks: EnrolmentWalkTable;
  sessions: SessionTable;
  person_accounts: PersonAccountTable;
  partings: PartingTable;
  invitations: InvitationTable;
  helpdesk_cases: HelpdeskCaseTable;
  emergencies: EmergencyTable;
  threats: ThreatTable;
  api_tokens: ApiTokenTable;
  people_counts: PeopleCountTable;
  counted_people: CountedPeopleTable;
  provider_sessions: ProviderSessionTable;
  set_ups: SetUpTable;
  freeze_links: FreezeLinkTable;
  vouch_requests: VouchRequestTable;
  configurations: ConfigurationTable;
  embedded_accounts: EmbeddedAccountTable;
  data_keys: DataKeyTable;
  pulse: PulseTable;
  report_counts: ReportCountTable;
  report_journeys: ReportJourneyTable;
  report_position: ReportPositionTable;
}

/** One row. */
interface PulseTable {
  beats: number;
}

export type Database = Kysely<Schema>;

/** The two engines. They differ in locking clauses and in little else. */
export type Engine = 'sqlite' | 'postgres';

interface JourneyTable {
  id: string;
  token_digest: string;
  version: number;
  goal: string;
  status: string;
  /** Sealed. */
  state: string;
  created_at: number;
  expires_at: number;
  expiry_noted_at: number | null;
  /** Answers of the window that began at `answers_since`. */
  answers: number;
  answers_since: number;
}

interface ChallengeTable {
  id: string;
  journey_id: string;
  kind: string;
  /** Sealed. */
  expected: string;
  attempts: number;
  maximum_attempts: number;
  expires_at: number;
  consumed_at: number | null;
}

interface FactorTable {
  id: string;
  directory: string;
  account_id: string;
  kind: string;
  /** Sealed: label and secret. */
  secret: string;
  source: string;
  created_at: number;
  ended_at: number | null;
  last_used_at: number | null;
  last_time_step: number | null;
  drift_steps: number;
  failures: number;
  suspended_at: number | null;
  seen_at: number | null;
  credential: string | null;
  rp_id: string | null;
  sign_count: number;
  counts_from: number | null;
}

interface CounterTable {
  key: string;
  count: number;
  window_started_at: number;
  /** Only for clearing away idle counters; a hit decides by its own window length. */
  window_ends_at: number;
  paused_until: number;
}

export interface AuditEventTable {
  seq: number;
  at: number;
  type: string;
  data: string;
  /** Random; goes into the hash with the data. */
  salt: string;
  previous_hash: string;
  hash: string;
  /** Which data key made `mac`. */
  key_id: string;
  mac: string;
}

/** How many of something there were on a day; made from the audit log. */
interface ReportCountTable {
  /** Since 1970, by UTC. */
  day: number;
  what: string;
  count: number;
}

interface ReportJourneyTable {
  id: string;
  goal: string;
  started_at: number;
  reached: number;
  wrong_proofs: number;
  end_kind: string | null;
  /** JSON list. */
  accounts: string;
}

/** One row, the last event that was counted. Whoever counts locks it first. */
interface ReportPositionTable {
  id: number;
  seq: number;
}

/** One row, the end of the chain. Whoever appends locks it first. */
interface AuditTermTable {
  term: number;
  seq: number;
}

export interface AuditHeadTable {
  id: number;
  seq: number;
  hash: string;
  key_id: string;
  mac: string;
}

interface IntentTable {
  id: string;
  directory: string;
  account_id: string;
  verb: string;
  journey_id: string | null;
  /** Sealed. */
  facts: string;
  status: string;
  created_at: number;
  closed_at: number | null;
  /** The number of the event that tells how it ended; null: it has not, or did before there was this column. */
  closed_seq: number | null;
  lease_until: number;
}

interface OutboxTable {
  id: string;
  lane: OutboxLane;
  kind: string;
  /** Sealed; empty once done, because nobody needs it any more. */
  payload: string;
  attempts: number;
  created_at: number;
  run_at: number;
  expires_at: number | null;
  lease_until: number;
  done_at: number | null;
  failed_at: number | null;
  problem: string | null;
}

interface VouchRequestTable {
  id: string;
  journey_id: string;
  directory: string;
  account_id: string;
  /** null, both: there is none who could be asked, and deputies are. */
  manager_directory: string | null;
  manager_id: string | null;
  /** Sealed. */
  facts: string;
  created_at: number;
  ends_at: number;
  tries: number;
  /** null: open. */
  outcome: string | null;
  closed_at: number | null;
}

interface FreezeTable {
  directory: string;
  account_id: string;
  reason: string;
  frozen_at: number;
}

interface FreezeLinkTable {
  token_digest: string;
  directory: string;
  account_id: string;
  expires_at: number;
  used_at: number | null;
  /** Sealed, of nothing. */
  seal: string;
}

interface KnownPlaceTable {
  directory: string;
  account_id: string;
  /** Keyed digest of account and network, or account and device: without the key it says nothing. */
  digest: string;
  seen_at: number;
}

interface EnrolmentAskTable {
  directory: string;
  account_id: string;
  first_asked_at: number | null;
  put_off_until: number | null;
  deferred_until: number | null;
  mails: Generated<number>;
  mailed_at: number | null;
}

/** One row for each directory. */
interface EnrolmentWalkTable {
  directory: string;
  holder: string;
  lease_until: number;
  ended_at: number | null;
}

interface ConfigurationTable {
  version: number;
  document: string;
  created_at: number;
  author: string;
  comment: string;
  /** Sealed, of nothing. */
  seal: string;
}

/** Keys that outlive the keys of the settings; one row for each of those that can open it. */
interface DataKeyTable {
  id: string;
  sealing_key: string;
  /** Sealed. */
  sealed: string;
}

interface EmbeddedAccountTable {
  directory: string;
  id: string;
  login: string;
  display_name: string;
  given_name: string | null;
  surname: string | null;
  mail: string | null;
  mobile: string | null;
  employee_number: string | null;
  language: string | null;
  /** JSON list. */
  groups: string;
  manager_id: string | null;
  password_hash: string;
  /** JSON list. */
  password_history: string;
  password_set_at: number;
  must_change: number;
  disabled: number;
  expires_at: number | null;
  bad_attempts: number;
  last_bad_attempt_at: number | null;
  locked_at: number | null;
  version: number;
  /** Lower-cased text that a search looks in, made by the program so that both engines fold alike. */
  search_text: string;
}

/** Who is helped by whom, and for what. */
interface HelpdeskCaseTable {
  id: string;
  version: number;
  state: string;
  directory: string;
  account_id: string;
  agent_directory: string;
  agent_id: string;
  action: string;
  tries: number;
  /** Sealed. */
  facts: string;
  created_at: number;
  expires_at: number;
  closed_at: number | null;
  approval_asked_at: number | null;
}

/** Which accounts are one person's. An account without a row is a person of its own. */
interface PersonAccountTable {
  id: string;
  person: string;
  directory: string;
  account_id: string;
  linked_at: number;
  linked_by: string;
  counts_from: number;
  /** Sealed, of nothing. */
  seal: string;
}

interface PartingTable {
  directory: string;
  account_id: string;
  other_directory: string;
  other_account_id: string;
  parted_at: number;
}

interface InvitationTable {
  id: string;
  token_digest: string;
  directory: string;
  account_id: string;
  author: string;
  created_at: number;
  expires_at: number;
  session_id: string | null;
  used_at: number | null;
  revoked_at: number | null;
  /** Sealed. */
  seal: string;
}

interface PeopleCountTable {
  id: string;
  configuration: number;
  author: string;
  begun_at: number;
  seen_at: number;
  looked: number;
  outcome: string;
  problem: string | null;
  /** JSON. */
  numbers: string | null;
  is_running: number | null;
  /** One random name for each who waits, with a space before each. */
  waiting: string;
}

/** A part of what a count found of everybody; `id` is that of the count with the number of the part. */
interface CountedPeopleTable {
  id: string;
  count_id: string;
  facts: string;
}

interface ThreatTable {
  id: string;
  version: number;
  raised_at: number;
  author: string;
  reason: string;
  /** JSON. */
  lift: string | null;
  lifted_at: number | null;
  is_current: number | null;
}

interface EmergencyTable {
  id: string;
  link_digest: string;
  version: number;
  created_at: number;
  expires_at: number;
  opened_at: number | null;
  credential: string | null;
  retired_at: number | null;
  /** Sealed. */
  facts: string;
}

interface SetUpTable {
  id: string;
  version: number;
  created_at: number;
  link_digest: string;
  link_expires_at: number;
  opened_at: number | null;
  session_digest: string | null;
  ended_at: number | null;
  /** 1 in the row of the one that is not over, which there is once at most. */
  is_current: number | null;
  /** Sealed. */
  facts: string;
}

interface ApiTokenTable {
  id: string;
  digest: string;
  name: string;
  created_at: number;
  expires_at: number;
  last_used_at: number | null;
  revoked_at: number | null;
  /** Sealed. */
  facts: string;
}

interface ProviderSessionTable {
  session_id: string;
  directory: string;
  account_id: string;
  subject: string;
  provider_session: string | null;
  ends_at: number;
}

interface SessionTable {
  id: string;
  token_digest: string;
  journey_id: string;
  directory: string;
  account_id: string;
  rights: string;
  /** Sealed. */
  facts: string;
  created_at: number;
  ends_at: number;
  seen_at: number;
  ended_at: number | null;
  ended_because: string | null;
  /** Names, as JSON; null: none was used. */
  roles: string | null;
  roles_read_at: number | null;
}
