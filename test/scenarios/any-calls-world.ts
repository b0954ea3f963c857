import { randomInt } from 'node:crypto';
import type { PersonPermission, ResetWay } from '../../shared/permissions.ts';
import { addFactor } from '../../src/core/enrolment/add-factor.ts';
import { newLogin } from '../conformance/samples.ts';
import { type Agent, type Caller, HELPDESK_ROLES, newAgent, newCaller } from './helpdesk.ts';
import { request } from './journey-client.ts';
import { addQuestions } from './known-answers.ts';
import { addPerson } from './sample-directory.ts';
import { inSession, type SessionReply, signIn } from './sign-in-client.ts';
import type { Keyturn } from './start-keyturn.ts';

export const MINUTE = 60_000;
/** Real time goes on while a test runs: what is so near a limit is not foretold. */
const NEAR = 5000;
const over = { groups: ['Staff'] };

export const ANY_ROLES = [
  ...HELPDESK_ROLES,
  {
    ...{ name: 'texters', may: ['reset-password' as const], heldBy: { groups: ['Texters'] }, over },
    resetBy: ['link-by-text' as const, 'sent-by-text' as const],
  },
  { name: 'reminders', may: ['remind-people' as const], heldBy: { groups: ['Reminders'] }, over },
];

/** One agent of each group takes part, and another carer: nobody else could approve what the first one does. */
export const GROUPS = ['Agents', 'Unlockers', 'Trusted', 'Listeners', 'Carers', 'Texters', 'Reminders', 'Carers'] as const;
export type Group = (typeof GROUPS)[number];

/** What each may do, with the way in which they set a password: the first is what they do when nothing else is said. */
export const MAY: Readonly<Record<Group, readonly PersonPermission[]>> = {
  Agents: ['reset-password', 'unlock-account'],
  Unlockers: ['unlock-account'],
  Trusted: ['reset-password'],
  Listeners: ['reset-password', 'unlock-account'],
  Carers: ['issue-pass', 'remove-proofs', 'end-sessions', 'release-recovery'],
  Texters: ['reset-password'],
  Reminders: [],
};
export const RESETS_BY: Readonly<Record<Group, readonly ResetWay[]>> = {
  Agents: ['link', 'told'],
  Unlockers: [],
  Trusted: ['told'],
  Listeners: ['link', 'told'],
  Carers: [],
  Texters: ['link-by-text', 'sent-by-text'],
  Reminders: [],
};
/** Whose callers are verified in other ways, and who does without. */
export const LISTENS: Group = 'Listeners';
export const DOES_WITHOUT: Group = 'Trusted';

/** For one of the callers a second agent has to approve whatever is done. */
export const OF_THE_BOARD = 2;
export const APPROVALS = [{ name: 'board', when: { groups: ['Board'] } }];

/** What comes of each act, by the event that tells of it, or nothing does: an act that is new has to be played here. */
export const EFFECTS: Readonly<Record<PersonPermission, (event: { type: string; factor?: string; action?: string }) => boolean>> = {
  'reset-password': ({ type }) => type === 'write.intended',
  'unlock-account': ({ type }) => type === 'write.intended',
  'issue-pass': ({ type, factor }) => type === 'factor.enrolled' && factor === 'temporary-pass',
  'remove-proofs': ({ type, factor }) => type === 'factor.ended' && factor === REMOVED,
  // The sessions end in the transaction of this; nobody here has one.
  'end-sessions': ({ type, action }) => type === 'case.acted' && action === 'end-sessions',
  'release-recovery': ({ type }) => type === 'recovery.released',
};

/** What is removed again and again: nobody proves themselves by it here. */
export const REMOVED = 'recovery-code';

/** What is known of a case by whoever watched from outside. */
export interface Seen {
  id: string;
  agent: number;
  caller: number;
  action: PersonPermission;
  spoken: string;
  hasReason: boolean;
  openedAt: number;
  verifiedAt: number | null;
  tries: number;
  /** Kinds of which a right code was read out. */
  readOut: string[];
  /** Times that somebody was asked to vouch. */
  vouches: number;
  /** Of a second agent; `basis`: what was asked for, null where that is not foretold. */
  approval: { state: 'waiting' | 'approved'; basis: Basis | null } | null;
  /** The newest link by which the person may set their password. */
  link: { link: string; number: string; sentAt: number; opened: number } | null;
  isClosed: boolean;
}

/** What an act rests on. */
export type Basis = 'receipt' | 'unverified';

export type Effects = Record<PersonPermission, number>;
export const none = (): Effects => Object.fromEntries(Object.keys(EFFECTS).map((action) => [action, 0])) as Effects;

/** An agent of each group, three callers with a mailbox, a number, an authenticator and questions, their manager, and everything that was seen of them. */
export class World {
  readonly agents: Agent[] = [];
  readonly callers: (Caller & { number: string })[] = [];
  readonly seen: Seen[] = [];
  readonly effects: readonly Effects[] = [none(), none(), none()];
  /** Somebody who has nothing enrolled, and so is reminded. */
  bare = { directory: 'people', id: '' };
  remindedAt: number | null = null;
  boss!: Agent;
  /** Who has typed right answers of whom: an agent and a caller. */
  readonly typed = new Set<string>();
  readonly keyturn: Keyturn;
  /** Every call that was made in this world, as the document of the API writes it. */
  readonly called: Set<string>;
  /** What is kept of the answers of every caller. */
  private readonly answers: string;
  private readonly signedInAt = new Map<string, number>();

  constructor(keyturn: Keyturn, called: Set<string>, answers: string) {
    this.keyturn = keyturn;
    this.called = called;
    this.answers = answers;
  }

  async begin(): Promise<void> {
    const { keyturn } = this;
    for (const group of GROUPS) this.agents.push(this.watched(await newAgent(keyturn, group)));
    this.boss = this.watched(await newAgent(keyturn, 'Staff'));
    for (let nth = 0; nth < 3; nth += 1) {
      const groups = ['Staff', ...(nth === OF_THE_BOARD ? ['Board'] : [])];
      const caller = await newCaller(keyturn, { groups, managerId: this.boss.account.id });
      await addQuestions(keyturn, caller.ref, this.answers);
      const number = `+49151${randomInt(10_000_000, 99_999_999)}`;
      await addFactor(keyturn.deps, keyturn.deps.store, {
        account: caller.ref,
        kind: 'sms',
        label: number,
        secret: number,
        source: 'test',
      });
      this.callers.push({ ...caller, number });
    }
    const login = newLogin('bare');
    await addPerson(keyturn, login, { groups: ['Staff'] });
    const [found] = await keyturn.deps.directories.get('people').findAccounts(login);
    this.bare = { directory: 'people', id: found?.id ?? '' };
  }

  /** An agent whose proofs are fresh: whether they are is not what this is about. */
  async agent(nth: number): Promise<Agent> {
    const agent = this.agents[nth] as Agent;
    const fresh = await this.freshly(agent);
    this.agents[nth] = fresh;
    return fresh;
  }
  async manager(): Promise<Agent> {
    this.boss = await this.freshly(this.boss);
    return this.boss;
  }

  caller = (nth: number) => this.callers[nth] as Caller & { number: string };
  openOf = (caller: number) => this.seen.find((each) => each.caller === caller && !each.isClosed);
  any = (nth: number | null) => this.seen.at(nth === null ? -1 : nth % Math.max(1, this.seen.length));

  /** Something of the kind that is removed. */
  async haveRemovable({ ref }: Caller): Promise<void> {
    const { deps } = this.keyturn;
    if ((await deps.store.factors.ofAccount(ref)).some(({ kind }) => kind === REMOVED)) return;
    await addFactor(deps, deps.store, { account: ref, kind: REMOVED, label: 'code', secret: 'digest', source: 'test' });
  }

  /** Of what proves a caller, the id of one kind: whoever acts may have come to know it. */
  async factorOf({ ref }: Caller, kind: 'email' | 'sms'): Promise<string> {
    return (await this.keyturn.deps.store.factors.ofAccount(ref)).find((row) => row.kind === kind)?.id ?? '';
  }

  /** Opens the link of a case, or tries to. */
  open(link: string, number: string) {
    this.called.add('POST /helpdesk-link');
    return request(this.keyturn.url, 'POST', '/helpdesk-link', { link, number });
  }

  /** Whether a time span is over; null: so near that it is not foretold. */
  isPast(since: number, span: number): boolean | null {
    const left = since + span - this.keyturn.clock.now();
    return Math.abs(left) < NEAR ? null : left < 0;
  }

  private async freshly(agent: Agent): Promise<Agent> {
    const now = this.keyturn.clock.now();
    if (now - (this.signedInAt.get(agent.login) ?? 0) < 4 * MINUTE) return agent;
    const held = await signIn(this.keyturn, agent.login, agent);
    return this.watched({ ...agent, held });
  }

  private watched(agent: Agent): Agent {
    this.signedInAt.set(agent.login, this.keyturn.clock.now());
    const { token } = agent.held;
    const call = (method: string, path: string, body?: unknown): Promise<SessionReply> => {
      this.called.add(`${method} ${templateOf(path)}`);
      return inSession(this.keyturn.url, token, method, path, body);
    };
    return { ...agent, held: { ...agent.held, call } };
  }
}

/** The path of a call as the document of the API writes it. */
function templateOf(path: string): string {
  return path.replace(/^(\/helpdesk\/(?:cases|approvals)\/)[^/]+/, '$1{case}').replace(/^(\/me\/vouch\/)[^/]+/, '$1{request}');
}
