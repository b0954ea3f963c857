import type { Case } from '../../shared/api/cases.ts';
import type { ConfigurationDocument } from '../../src/core/configuration/document.ts';
import { newLogin } from '../conformance/samples.ts';
import { type JourneyClient, prove, startJourney } from './journey-client.ts';
import { addPerson } from './sample-directory.ts';
import { type SessionClient, type SessionReply, signIn } from './sign-in-client.ts';
import { codeIn, type Enrolled, type Keyturn, until } from './start-keyturn.ts';

/** Agents who need a receipt, who only unlock, who may verify callers in any way, and who may do without; all of them for people of `Staff`. */
export const HELPDESK_ROLES: NonNullable<ConfigurationDocument['roles']> = [
  {
    name: 'agents',
    may: ['reset-password', 'unlock-account'],
    heldBy: { groups: ['Agents'] },
    over: { groups: ['Staff'] },
    resetBy: ['link', 'told'],
  },
  { name: 'senders', may: ['reset-password'], heldBy: { groups: ['Senders'] }, over: { groups: ['Staff'] } },
  { name: 'unlockers', may: ['unlock-account'], heldBy: { groups: ['Unlockers'] }, over: { groups: ['Staff'] } },
  {
    name: 'carers',
    may: ['issue-pass', 'remove-proofs', 'end-sessions', 'release-recovery'],
    heldBy: { groups: ['Carers'] },
    over: { groups: ['Staff'] },
  },
  {
    name: 'releasers',
    may: ['release-recovery', 'remove-proofs'],
    heldBy: { groups: ['Releasers'] },
    over: { groups: ['Staff'] },
    unverified: true,
  },
  {
    name: 'listeners',
    may: ['reset-password', 'unlock-account'],
    heldBy: { groups: ['Listeners'] },
    over: { groups: ['Staff'] },
    resetBy: ['link', 'told'],
    otherWays: ['read-back', 'questions', 'manager'],
  },
  {
    name: 'trusted',
    may: ['reset-password'],
    heldBy: { groups: ['Trusted'] },
    over: { groups: ['Staff'] },
    unverified: true,
    resetBy: ['told'],
  },
];

export interface Agent extends Enrolled {
  login: string;
  held: SessionClient;
}

export interface Caller extends Enrolled {
  login: string;
  ref: { directory: string; id: string };
}

/** Somebody of the helpdesk who is signed in. */
export async function newAgent(keyturn: Keyturn, group = 'Agents'): Promise<Agent> {
  const login = newLogin('agent');
  await addPerson(keyturn, login, { groups: [group], displayName: `Agent ${login}` });
  const person = await keyturn.enrol(login);
  return { ...person, login, held: await signIn(keyturn, login, person) };
}

/** Somebody who calls, with a mailbox and an authenticator. */
export async function newCaller(keyturn: Keyturn, more: { groups?: string[]; managerId?: string } = {}): Promise<Caller> {
  const login = newLogin('caller');
  await addPerson(keyturn, login, { groups: ['Staff'], ...more });
  const person = await keyturn.enrol(login);
  return { ...person, login, ref: person.account };
}

export type CaseReply = SessionReply & { body: { case?: Case } };

export function openCase(agent: Agent, caller: { ref: Caller['ref'] }, more: Record<string, unknown> = {}): Promise<CaseReply> {
  return agent.held.call('POST', '/helpdesk/cases', { account: caller.ref, action: 'reset-password', ...more }) as Promise<CaseReply>;
}

/** Opens a case that must be opened. */
export async function opened(agent: Agent, caller: { ref: Caller['ref'] }, more: Record<string, unknown> = {}): Promise<Case> {
  const reply = await openCase(agent, caller, more);
  if (reply.status !== 201 || reply.body.case === undefined) throw new Error(`no case: ${JSON.stringify(reply.body)}`);
  return reply.body.case;
}

export async function caseNow(agent: Agent, id: string): Promise<Case> {
  const { body } = (await agent.held.call('GET', `/helpdesk/cases/${id}`)) as CaseReply;
  if (body.case === undefined) throw new Error(`no case: ${JSON.stringify(body)}`);
  return body.case;
}

/** Asks the caller for something that the agent types for them. */
export const ask = (agent: Agent, id: string, kind: string): Promise<CaseReply> =>
  agent.held.call('POST', `/helpdesk/cases/${id}/ask`, { kind }) as Promise<CaseReply>;

/** Types what the caller said. */
export const answer = (agent: Agent, id: string, said: { code: string } | { answers: string[] }): Promise<CaseReply> =>
  agent.held.call('POST', `/helpdesk/cases/${id}/answer`, said) as Promise<CaseReply>;

/** The code that was mailed to the caller to be read out; the newest one, that is none of `known`. */
export async function mailedCode(keyturn: Keyturn, { address }: Pick<Caller, 'address'>, known: readonly string[] = []): Promise<string> {
  const codes = () => keyturn.messages(address).filter(isCallCode).map(codeIn);
  await until(() => codes().some((code) => !known.includes(code)), 'a code to read out');
  return codes().find((code) => !known.includes(code)) ?? '';
}
const isCallCode = ({ text }: { text: string }) => /who called you/.test(text);

export const act = (agent: Agent, id: string, more: Record<string, unknown> = {}): Promise<SessionReply> =>
  agent.held.call('POST', `/helpdesk/cases/${id}/act`, more);

/** The caller at their own device, having proven who they are. */
export async function atCall(keyturn: Keyturn, caller: Caller): Promise<JourneyClient> {
  keyturn.clock.move(31_000);
  const client = await startJourney(keyturn.url, caller.login, 'confirm-call');
  await prove(keyturn, client, caller);
  client.at('confirm-call');
  return client;
}

/** A case whose caller is verified. */
export async function verified(keyturn: Keyturn, agent: Agent, caller: Caller, more: Record<string, unknown> = {}): Promise<Case> {
  const { id, numbers } = await opened(agent, caller, more);
  const client = await atCall(keyturn, caller);
  await client.answer({ number: numbers?.spoken });
  client.at('done');
  return caseNow(agent, id);
}

/** Events of a kind that name an id, oldest first. */
export async function eventsAbout(keyturn: Keyturn, type: string, id: string): Promise<Record<string, unknown>[]> {
  return (await keyturn.deps.store.audit.read(0, 1_000_000))
    .filter((event) => event.type === type && event.data.includes(id))
    .map(({ data }) => JSON.parse(data) as Record<string, unknown>);
}
