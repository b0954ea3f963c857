import { HELPDESK_PERMISSIONS, INSTALLATION_PERMISSIONS } from '../../shared/permissions.ts';
import type { Runtime } from '../cli/runtime.ts';
import type { DemoDirectoryKind } from '../config/demo-directories.ts';
import type { Settings } from '../config/settings.ts';
import { applyConfiguration } from '../core/configuration/apply-configuration.ts';
import type { ConfigurationDocument } from '../core/configuration/document.ts';
import { addFactor } from '../core/enrolment/add-factor.ts';
import { factorsOf } from '../core/enrolment/factors-of.ts';
import { newSeed } from '../core/enrolment/totp-seed.ts';
import type { Account, Directory } from '../core/ports/directory.ts';
import { randomId } from '../core/random-id.ts';
import { createEmbeddedAccount } from '../directory/embedded/create-embedded-account.ts';
import { writeCommonPasswords } from './common-passwords.ts';
import { type DemoDirectory, openDemoDirectory } from './demo-directory.ts';
import { PROTECTED_GROUP, SAMPLE_PEOPLE, type SamplePerson } from './sample-people.ts';

export interface PreparedDemo {
  /** What to print below the address. */
  hints: string[];
  close(): Promise<void>;
}

/** Puts the demo's configuration into force and its people into the directory; whoever is there already stays. */
export async function prepareDemo(
  settings: Settings,
  kind: DemoDirectoryKind,
  openRuntime: (settings: Settings, options?: { only?: 'store' }) => Promise<Runtime>,
): Promise<PreparedDemo> {
  const directory = await openDemoDirectory(kind);
  try {
    await configure(settings, directory, openRuntime);
    const runtime = await openRuntime(settings);
    try {
      await addPeople(runtime, directory);
    } finally {
      await runtime.close();
    }
  } catch (error) {
    await directory.stop();
    throw error;
  }
  return { hints: [...directory.hints, ...whatToTry(settings)], close: () => directory.stop() };
}

async function configure(settings: Settings, directory: DemoDirectory, openRuntime: Parameters<typeof prepareDemo>[2]): Promise<void> {
  const document = demoDocument(settings, directory, await writeCommonPasswords(settings.dataDirectory));
  const runtime = await openRuntime(settings, { only: 'store' });
  try {
    const current = await runtime.store.configurations.current();
    await applyConfiguration(
      {
        store: runtime.store,
        clock: runtime.clock,
        checkContext: { demo: true, secretProblem: () => null, authorityFileProblem: () => null, sectionProblems: () => [] },
      },
      {
        document,
        expectedVersion: current?.version ?? 0,
        actor: { kind: 'system' },
        author: 'demo',
        comment: 'Configuration of the demo',
      },
    );
  } finally {
    await runtime.close();
  }
}

/** The address of this demo, for links and for the origin check. */
export function demoUrl({ listen: { host, port } }: Settings): string {
  return `http://${host.includes(':') ? `[${host}]` : host}:${port}`;
}

/** A second directory, whatever the first one is: some people have an account in both. */
const CLOUD = { kind: 'embedded' as const, id: 'cloud', label: 'Demo cloud', protected: { groups: [PROTECTED_GROUP] } };

function demoDocument(settings: Settings, directory: DemoDirectory, commonPasswords: string): ConfigurationDocument {
  return {
    version: 1,
    organisation: {
      name: 'Keyturn demo',
      supportContact: {
        en: 'This is a demo: there is no helpdesk. Ask yourself.',
        de: 'Das ist eine Vorführung ohne Helpdesk: Fragen Sie sich selbst.',
      },
      publicUrl: demoUrl(settings),
    },
    directories: [directory.section, CLOUD],
    mail: { kind: 'capture' },
    sms: { kind: 'capture', countries: ['DE'] },
    recovery: {
      rules: [
        {
          name: 'everybody',
          accepted: [
            ['email', 'totp'],
            ['sms', 'totp'],
            ['email', 'manager'],
            ['email', 'linked-account'],
          ],
        },
      ],
    },
    signIn: { enabled: true },
    passwordRules: { names: {}, dictionary: { files: [commonPasswords] } },
    enrolment: { required: [{ name: 'everybody', ask: 'force', days: 7 }] },
    roles: [
      { name: 'managers', may: ['reset-password', 'unlock-account'], heldBy: { directManager: true } },
      {
        name: 'helpdesk',
        may: [...HELPDESK_PERMISSIONS],
        heldBy: { accounts: ['grace'], directories: [directory.section.id] },
        over: { directories: [directory.section.id] },
        resetBy: ['link', 'told'],
      },
      {
        name: 'administrators',
        may: [...INSTALLATION_PERMISSIONS],
        heldBy: { accounts: ['henry'], directories: [directory.section.id] },
      },
    ],
  };
}

async function addPeople(runtime: Runtime, demo: DemoDirectory): Promise<void> {
  const [directory] = runtime.directories;
  if (directory === undefined) return;
  const missing: SamplePerson[] = [];
  for (const person of SAMPLE_PEOPLE) if ((await find(directory, person.login)) === null) missing.push(person);
  if (demo.addPeople !== null) await demo.addPeople(missing);
  for (const person of missing) {
    if (demo.addPeople === null) await addEmbedded(runtime, directory, person);
    if (person.locked) await (demo.lock === null ? lockEmbedded(directory, person) : demo.lock(person.login));
  }
  // After everybody is there: managers may come later in the list.
  for (const person of SAMPLE_PEOPLE) await setManager(runtime, directory, demo, person);
  for (const person of SAMPLE_PEOPLE) await enrol(runtime, directory, person);
  for (const person of SAMPLE_PEOPLE) await addCloud(runtime, directory, person);
}

/** The second account of somebody, linked as if its owner had proven both a while ago. */
async function addCloud(runtime: Runtime, directory: Directory, person: SamplePerson): Promise<void> {
  const cloud = runtime.directories.find(({ id }) => id === CLOUD.id);
  const { cloudLogin: login } = person;
  if (cloud === undefined || login === undefined) return;
  if ((await find(cloud, login)) === null) await addEmbedded(runtime, cloud, { ...person, login });
  const [own, other] = [await find(directory, person.login), await find(cloud, login)];
  if (own === null || other === null) return;
  const ids = [randomId(runtime.random), randomId(runtime.random)] as const;
  const link = { person: randomId(runtime.random), ids, now: runtime.clock.now(), by: 'demo', countsFrom: 0 };
  await runtime.store.people.link({ directory: own.directory, id: own.id }, { directory: other.directory, id: other.id }, link);
}

async function addEmbedded(runtime: Runtime, directory: Directory, person: SamplePerson): Promise<void> {
  const { login, password, givenName, surname, mail, language } = person;
  const groups = person.protected ? ['Directory Admins'] : [];
  await createEmbeddedAccount(
    { accounts: runtime.store.embedded, clock: runtime.clock, random: runtime.random },
    { directory: directory.id, login, password, displayName: `${givenName} ${surname}`, givenName, surname, mail, language, groups },
  );
}

async function setManager(runtime: Runtime, directory: Directory, demo: DemoDirectory, { login, manager }: SamplePerson): Promise<void> {
  if (manager === undefined) return;
  const [led, leader] = [await find(directory, login), await find(directory, manager)];
  if (led === null || leader === null) return;
  if (demo.manage !== null) return demo.manage(led.location, leader.location);
  const row = await runtime.store.embedded.find(led.directory, led.id);
  if (row !== null) await runtime.store.embedded.update({ ...row, managerId: leader.id });
}

async function lockEmbedded(directory: Directory, person: SamplePerson): Promise<void> {
  const ref = await find(directory, person.login);
  if (ref === null) return;
  const { lockoutThreshold } = await directory.readPolicy(ref);
  for (let attempt = 0; attempt < lockoutThreshold; attempt += 1) await directory.verifyPassword(ref, `wrong-${attempt}`);
}

async function enrol(runtime: Runtime, directory: Directory, { login, enrolled, mail, mobile = '' }: SamplePerson): Promise<void> {
  const account = await find(directory, login);
  if (account === null || (await factorsOf(runtime, account)).length > 0) return;
  const made = {
    email: () => ({ label: mail, secret: mail }),
    sms: () => ({ label: mobile, secret: mobile }),
    totp: () => ({ label: 'Demo authenticator', secret: newSeed(runtime.random) }),
  };
  for (const kind of enrolled) await addFactor(runtime, runtime.store, { account, kind, source: 'demo', ...made[kind]() });
}

async function find(directory: Directory, login: string): Promise<Account | null> {
  const name = directory.normaliseIdentifier(login);
  const [account] = name === null ? [] : await directory.findAccounts(name);
  return account ?? null;
}

function whatToTry(settings: Settings): string[] {
  const url = demoUrl(settings);
  return [
    '',
    'What to try:',
    `  1. Open ${url} and choose "I forgot my password".`,
    '  2. Say that you are alice.',
    `  3. Codes: ${url}/demo shows her mailbox, her telephone and her authenticator.`,
    '     A password that everybody has, such as Password12345, is refused, and so is her name.',
    `  4. Sign in at ${url}/me with the password that you chose, and a code.`,
    '  5. bjoern is locked out: unlock him. carol and dana lead nowhere, and look just the same. carol, who has nothing set up, signs in with',
    '     the password Known-Passw0rd-3 and sets something up.',
    `  6. Sign in at ${url}/me as erik, with the password Known-Passw0rd-5 and a code: he is asked to add what is missing, and may put it off.`,
    `  7. Sign in at ${url}/me as frida, who manages alice, with the password Known-Passw0rd-6 and a code, and help alice.`,
    '     Or have alice ask her manager after the mailed code: frida types the digits that alice sees.',
    '  8. Reset the passwords of irene and irene.cloud at once, or change both, signed in as irene with the password Known-Passw0rd-9.',
    `  9. Work at the helpdesk: ${url}/helpdesk as grace, with the password Known-Passw0rd-7; the caller proves themselves at ${url}/call.`,
    `     Run the installation: ${url}/admin as henry, with the password Known-Passw0rd-8.`,
    '',
    'Everything here is made up and captured: no mail leaves this machine. Stop with Ctrl+C.',
  ];
}
