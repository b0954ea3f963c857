import type { AccountRef } from '../../src/core/ports/directory.ts';
import { newLogin } from '../conformance/samples.ts';
import { sharedDs389, sharedSamba, sharedSlapd } from '../servers/shared-servers.ts';
import { GENEROUS_LIMITS } from './generous-limits.ts';
import { type Agent, type Caller, eventsAbout } from './helpdesk.ts';
import { QUESTION_POOL } from './known-answers.ts';
import { type RealDirectory, type RealKind, type RealPerson, reachRealDirectory } from './real-directories.ts';
import { signIn } from './sign-in-client.ts';
import { type Keyturn, startKeyturn } from './start-keyturn.ts';

const servers = { 'active-directory': sharedSamba, openldap: sharedSlapd, '389ds': sharedDs389 };

/**
 * What a server has of an entry that a reset or an unlock would change; lastLogon and its like change with each sign-in. pwdLastSet and
 * msDS-KeyVersionNumber go up with every password (MS-ADTS 3.1.1.4.5.16), entryCSN with every write (RFC 4533 uses it so).
 */
const WRITTEN: Record<RealKind, readonly string[]> = {
  'active-directory': ['pwdLastSet', 'msDS-KeyVersionNumber', 'lockoutTime', 'userAccountControl'],
  openldap: ['userPassword', 'pwdChangedTime', 'pwdReset', 'pwdAccountLockedTime', 'entryCSN'],
  '389ds': ['userPassword', 'passwordExpirationTime', 'pwdUpdateTime', 'accountUnlockTime', 'passwordRetryCount'],
};

export type Person = Caller & { person: RealPerson };

/** Keyturn before one of the run's directories, with people who call and agents of several roles. */
export interface CallsOnRealDirectory {
  readonly kind: RealKind;
  readonly real: RealDirectory;
  readonly keyturn: Keyturn;
  /** Who hold a role each, by group: two who need a receipt, one who may verify in every way, one whose role is over a place. */
  readonly agents: { readonly first: Person; readonly second: Person; readonly listener: Person; readonly placed: Person };
  /** Whom the agents are for. */
  readonly staff: readonly Person[];
  /** Is staff, and needs two agents. */
  readonly board: Person;
  /** Is staff, and protected. */
  readonly guarded: Person;
  /** DN of the place that `placed` is for. */
  readonly place: string;
  /** DN of a place below it, and of where people are otherwise. */
  readonly innerPlace: string;
  readonly peopleDn: string;
  enrolled(more?: { login?: string; parentDn?: string }): Promise<Person>;
  /** Signs in, at this moment. */
  agentOf(who: Person): Promise<Agent>;
  keepsPassword(person: Person): Promise<boolean>;
  /** What the server has of the person that a write would change. */
  entryOf(person: Person): Promise<Readonly<Record<string, readonly string[]>>>;
  /** How many writes Keyturn has begun for the person. */
  writesFor(person: Person): Promise<number>;
  setManager(person: Person, manager: Person): Promise<void>;
  /** Nobody is staff any more but this one. */
  leaveStaffTo(person: Person): Promise<void>;
  /** Nobody is in the protected group any more but these. */
  guard(people: readonly Person[]): Promise<void>;
  /** Whoever else held the role of the first two agents has lost it. */
  leaveRoleTo(person: Person): Promise<void>;
  close(): Promise<void>;
}

/** @param staffed how many people there are to call */
export async function startCalls(kind: RealKind, staffed: number): Promise<CallsOnRealDirectory> {
  const [agentsGroup, listenersGroup, staffGroup] = [newLogin('agents'), newLogin('listeners'), newLogin('staff')];
  const [placedGroup, boardGroup, guardedLogin] = [newLogin('placed'), newLogin('board'), newLogin('guarded')];
  const guardedGroup = newLogin('guards');
  const real = await reachRealDirectory(kind, { protected: { logins: ['domina', guardedLogin], groups: [guardedGroup] } });
  const server = await servers[kind]();
  // A protected group that is not there would protect everybody.
  const guardedDn = await server.createGroup(guardedGroup, [(await real.createPerson()).dn]);
  const over = { groups: [staffGroup] };
  const place = await server.createOrganizationalUnit(newLogin('place'));
  const innerPlace = await server.createOrganizationalUnit(newLogin('inner'), place);
  const keyturn = await startKeyturn({
    directories: [real.section],
    configuration: {
      guard: GENEROUS_LIMITS,
      signIn: { enabled: true },
      helpdesk: { approvals: [{ name: 'board', when: { groups: [boardGroup] } }] },
      roles: [
        {
          name: 'placed',
          may: ['reset-password'],
          heldBy: { groups: [placedGroup] },
          over: { places: [place] },
          resetBy: ['told'],
        },
        {
          name: 'agents',
          may: ['reset-password', 'unlock-account'],
          heldBy: { groups: [agentsGroup] },
          over,
          resetBy: ['link', 'told'],
        },
        {
          name: 'listeners',
          may: ['reset-password'],
          heldBy: { groups: [listenersGroup] },
          over,
          otherWays: ['read-back', 'questions', 'manager'],
          resetBy: ['told'],
        },
      ],
      factors: {
        questions: { pool: QUESTION_POOL },
      },
    },
  });
  const enrolled: CallsOnRealDirectory['enrolled'] = async (more = {}) => {
    const person = await real.createPerson(more);
    const known = await keyturn.enrol(person.login);
    return { ...known, login: person.login, ref: known.account as AccountRef, person };
  };
  const people: Person[] = [];
  for (let nth = 0; nth < staffed + 5; nth += 1) people.push(await enrolled());
  const [first, second, listener, placed, board, ...staff] = people as [Person, Person, Person, Person, Person, ...Person[]];
  const guarded = await enrolled({ login: guardedLogin });
  const agentsDn = await server.createGroup(agentsGroup, [first.person.dn, second.person.dn]);
  await server.createGroup(listenersGroup, [listener.person.dn]);
  await server.createGroup(placedGroup, [placed.person.dn]);
  await server.createGroup(boardGroup, [board.person.dn]);
  const staffDn = await server.createGroup(
    staffGroup,
    [...staff, board, guarded].map(({ person }) => person.dn),
  );
  return {
    ...{ kind, real, keyturn, agents: { first, second, listener, placed }, staff, board, guarded, enrolled },
    ...{ place, innerPlace, peopleDn: server.peopleDn },
    agentOf: async (who) => ({ ...who, held: await signIn(keyturn, who.login, who, who.person.password) }),
    keepsPassword: ({ person }) => real.signsIn(person, person.password),
    entryOf: ({ person }) => real.read(person, WRITTEN[kind]),
    writesFor: async ({ ref }) => (await eventsAbout(keyturn, 'write.intended', ref.id)).length,
    setManager: ({ person }, manager) => server.modify(person.dn, { manager: manager.person.dn }),
    leaveStaffTo: ({ person }) => server.modify(staffDn, { member: [person.dn] }),
    guard: (people) => server.modify(guardedDn, { member: people.map(({ person }) => person.dn) }),
    leaveRoleTo: ({ person }) => server.modify(agentsDn, { member: [person.dn] }),
    async close() {
      await keyturn.close();
      await real.proxy.stop();
    },
  };
}
