import { randomBytes, randomUUID } from 'node:crypto';
import type { Actor } from '../src/core/audit/events.ts';
import type { DirectorySettingsOf } from '../src/core/configuration/directory-section.ts';
import { type Configuration, type ConfigurationDocument, configurationSchema } from '../src/core/configuration/document.ts';
import { createGuard } from '../src/core/guard/guard.ts';
import { type CaseFacts, type HelpCase, helpCaseOf } from '../src/core/helpdesk/help-case.ts';
import type { Act, ActDeps } from '../src/core/journey/act.ts';
import type { CaseRow } from '../src/core/ports/case-store.ts';
import type { AccountRef, Directory } from '../src/core/ports/directory.ts';
import type { SessionRow } from '../src/core/ports/session-store.ts';
import { type Session, type SessionFacts, sessionOf } from '../src/core/sessions/session.ts';
import { createEmbeddedAccount, type NewEmbeddedAccount } from '../src/directory/embedded/create-embedded-account.ts';
import { createEmbeddedDirectory } from '../src/directory/embedded/create-embedded-directory.ts';
import { createKeys } from '../src/platform/derived-keys.ts';
import { systemRandom } from '../src/platform/system-random.ts';
import { createTexts } from '../src/texts/create-texts.ts';
import { createManualClock, type ManualClock } from './manual-clock.ts';
import { caseRow, openTestStore, sessionRow, testKey } from './store/fixture.ts';

/** Where everything is asked from, unless told. */
export const ADDRESS = '192.0.2.7';
/** Stands for a password that nobody tries: to make a real hash takes long. */
const NO_PASSWORD = '$argon2id$v=19$m=1,t=1,p=1$AAAA$AAAA';

type Told = Partial<Omit<ConfigurationDocument, 'version'>>;

/** Two embedded directories, `people` and `cloud`, a guard and real texts over a real store, and a clock that stands. People sign in. */
export interface AccessWorld {
  readonly store: Awaited<ReturnType<typeof openTestStore>>;
  readonly clock: ManualClock;
  /** What was warned of. */
  readonly logged: { event: string; fields: object | undefined }[];
  /** Lanes of the outbox. */
  readonly woken: string[];
  /** What is configured besides the two directories, from now on. */
  configure(told: Told): void;
  configuration: Configuration;
  /** What a directory does instead, from now on. */
  change(id: 'people' | 'cloud', changes: Partial<Directory>): void;
  /** The directories are as they are by themselves again. */
  changeBack(): void;
  deps(act?: Partial<Act>): ActDeps;
  /** Somebody new in `people`, unless told; without a password that could be tried, unless told. */
  person(more?: Partial<NewEmbeddedAccount>): Promise<AccountRef>;
  /** Links two accounts, at once unless told. */
  link(one: AccountRef, other: AccountRef, countsFrom?: number): Promise<void>;
  /** Somebody who has just signed in by their password and an authenticator, unless told. */
  signIn(account: AccountRef, facts?: Partial<SessionFacts>, row?: Partial<SessionRow>): Promise<Session>;
  /** Of an agent about somebody, open unless told. */
  openCase(agent: AccountRef, account: AccountRef, facts?: Partial<CaseFacts>, row?: Partial<CaseRow>): Promise<HelpCase>;
  /** A case as it is kept now. */
  readCase(id: string): Promise<HelpCase>;
  /** Raises a threat. @returns its id, and what lifts it */
  raise(): Promise<{ id: string; lift(): Promise<void> }>;
  /** The whole audit log. */
  events(): Promise<Record<string, unknown>[]>;
  /** Receiver and subject of the mails that were queued since one last looked. */
  mails(): Promise<{ to: string; subject: string }[]>;
}

/** Opens one in which nothing has happened and that has no roles. Close its store. */
export async function openAccessWorld(told: Told = {}): Promise<AccessWorld> {
  const clock = createManualClock();
  const store = await openTestStore('sqlite::memory:', testKey(randomBytes(4).toString('hex')));
  const keys = createKeys(randomBytes(32));
  const [logged, woken, seen]: [AccessWorld['logged'], string[], Set<string>] = [[], [], new Set()];
  const note = (event: string, fields?: object) => void logged.push({ event, fields });
  const [real, changed] = [new Map<string, Directory>(), new Map<string, Directory>()];
  const parse = (more: Told): Configuration =>
    configurationSchema.parse({
      ...{ version: 1, organisation: { name: 'Test', publicUrl: 'https://keyturn.example.test' }, mail: { kind: 'capture' } },
      signIn: { enabled: true },
      directories: ['people', 'cloud'].map((id) => ({ id, kind: 'embedded', label: id, protected: { groups: ['Protected'] } })),
      ...more,
    });
  const world: Pick<AccessWorld, 'configuration'> = { configuration: parse(told) };
  for (const settings of world.configuration.directories) {
    const directory = createEmbeddedDirectory(settings as DirectorySettingsOf<'embedded'>, { clock, accounts: store.embedded });
    for (const each of [real, changed]) each.set(settings.id, directory);
  }
  const configuration = () => world.configuration;
  const common = {
    ...{ store, clock, keys, configuration, random: systemRandom, texts: createTexts({ folder: 'locales' }) },
    directories: { all: () => [...changed.values()], get: (id: string) => changed.get(id) as Directory },
    guard: createGuard({ store, keys, clock, configuration }),
    log: { info: () => {}, warn: note, error: note },
    wakeOutbox: (lane: string) => void woken.push(lane),
    breached: () => null,
    dictionary: () => null,
  };
  const readCase = async (id: string) => helpCaseOf((await store.cases.find(id)) as CaseRow);
  return Object.assign(world, {
    ...{ store, clock, logged, woken, readCase },
    configure: (more: Told) => void Object.assign(world, { configuration: parse(more) }),
    change: (id: string, changes: Partial<Directory>) => void changed.set(id, { ...(changed.get(id) as Directory), ...changes }),
    changeBack() {
      for (const [id, directory] of real) changed.set(id, directory);
    },
    deps: (act: Partial<Act> = {}) => ({ ...common, act: { at: clock.now(), address: ADDRESS, ...act } }) as unknown as ActDeps,
    async person(more: Partial<NewEmbeddedAccount> = {}) {
      const account = { directory: 'people', login: `p${randomUUID()}`, displayName: 'P', password: '', ...more };
      const hash = more.password === undefined ? { hash: () => Promise.resolve(NO_PASSWORD) } : {};
      const row = await createEmbeddedAccount({ accounts: store.embedded, clock, random: systemRandom, ...hash }, account);
      return { directory: row.directory, id: row.id };
    },
    async link(one: AccountRef, other: AccountRef, countsFrom = 0) {
      const ids = [randomUUID(), randomUUID()] as const;
      await store.people.link(one, other, { person: randomUUID(), ids, now: clock.now(), by: 'test', countsFrom });
    },
    async signIn({ directory, id: accountId }: AccountRef, facts: Partial<SessionFacts> = {}, row: Partial<SessionRow> = {}) {
      const at = clock.now();
      const proofs = (['password', 'totp'] as const).map((kind) => ({ kind, at }));
      const all = { ...{ proofs, address: ADDRESS, client: 'web' as const, login: 'agent', language: 'de' }, ...facts };
      const times = { createdAt: at, seenAt: at, endsAt: at + 3_600_000 };
      const session = sessionRow({ ...{ directory, accountId, facts: JSON.stringify(all) }, ...times, ...row });
      await store.sessions.insert(session);
      return sessionOf((await store.sessions.findByToken(session.tokenDigest)) as SessionRow);
    },
    async openCase(agent: AccountRef, { directory, id: accountId }: AccountRef, facts = {}, row = {}) {
      const kept: CaseFacts = {
        ...{ agent: { login: 'agent', name: 'Agent' }, person: { login: 'person', name: 'Person' } },
        ...{ reason: null, ticket: null, numbers: { spoken: '11', shown: '22' }, receipt: null, mayUnverified: false },
        ...facts,
      };
      const at = clock.now();
      const about = { directory, accountId, agentDirectory: agent.directory, agentId: agent.id };
      const approval = kept.approval?.state === 'waiting' ? kept.approval.at : null;
      const times = { createdAt: at, expiresAt: at + 1_800_000, approvalAskedAt: approval };
      const opened = caseRow({ ...about, ...times, facts: JSON.stringify(kept), ...row });
      await store.cases.insert(opened);
      return readCase(opened.id);
    },
    async raise() {
      const [id, raisedAt] = [randomUUID(), clock.now()];
      const threat = { id, version: 1, raisedAt, author: 'operator', reason: 'test', lift: null, liftedAt: null };
      await store.threats.insert(threat);
      return { id, lift: async () => void (await store.threats.change(threat, { liftedAt: clock.now() })) };
    },
    async events() {
      const rows = await store.audit.read(0, 1000);
      return rows.map(({ type, data }) => ({ type, ...(JSON.parse(data) as Record<string, unknown>) }));
    },
    async mails() {
      const rows = (await store.outbox.take('notice', clock.now(), clock.now(), 200)).filter(({ id }) => !seen.has(id));
      for (const { id } of rows) seen.add(id);
      return rows.map(({ payload }) => JSON.parse(payload) as { to: string; subject: string });
    },
  }) satisfies AccessWorld;
}

/** Who acts by a role in such a session, as the audit log has them. */
export function delegate({ account, login }: Session): Actor {
  return { kind: 'delegate', account: `${account.directory}/${account.id}`, login, address: ADDRESS, client: 'web' };
}
