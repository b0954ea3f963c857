import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { stringify } from 'yaml';
import { loadSettings } from '../../src/config/load-settings.ts';
import { createEmbeddedAccount } from '../../src/directory/embedded/create-embedded-account.ts';
import { openRuntime } from '../../src/main.ts';
import { createScratchFolder, removeScratchFolder } from '../servers/scratch.ts';
import { configurationDocument, runCommand, writeSettings } from './run-command.ts';

let folder: string;
let settings: string;

beforeEach(async () => {
  folder = await createScratchFolder('access');
  settings = writeSettings(folder);
});
afterEach(() => removeScratchFolder(folder));

const roles = [
  { name: 'managers', may: ['reset-password', 'unlock-account'], heldBy: { directManager: true } },
  { name: 'desk', may: ['unlock-account'], heldBy: { groups: ['Helpdesk'] }, over: { directories: ['people'] } },
];

/** frida leads alice and carol, who is of the helpdesk, and domina, who is protected. */
async function apply(changes: Record<string, unknown>): Promise<void> {
  const document = join(folder, 'configuration.yaml');
  writeFileSync(document, stringify(configurationDocument(changes)));
  expect(await runCommand(['--config', settings, 'config', 'apply', document])).toMatchObject({ exitCode: 0 });
  const runtime = await openRuntime(loadSettings(settings, {}).settings);
  try {
    const deps = { ...runtime, accounts: runtime.store.embedded };
    const person = (login: string, more: Record<string, unknown> = {}) =>
      createEmbeddedAccount(deps, { directory: 'people', login, displayName: login, password: 'Some-Passw0rd-here', ...more });
    const { id: managerId } = await person('frida');
    await person('alice', { managerId, groups: ['Staff'] });
    await person('carol', { managerId, groups: ['Helpdesk'] });
    await person('domina', { managerId, groups: ['Admins'] });
  } finally {
    await runtime.close();
  }
}

const directories = [{ kind: 'embedded', id: 'people', label: 'People', protected: { groups: ['Admins'] } }];
const explain = (...argv: string[]) => runCommand(['--config', settings, 'explain', ...argv]);

it('tells which roles are held, and what may be done for whom, with the reason', async () => {
  const approvals = [{ name: 'unlocking', when: { groups: ['Staff'] }, acts: ['unlock-account'] }];
  await apply({ directories, roles, helpdesk: { approvals } });
  const alone = await explain('--user', 'carol');
  expect(alone).toMatchObject({ exitCode: 0, errors: '' });
  expect(alone.output.split('\n').slice(0, 8)).toEqual([
    'carol (People)',
    'not protected',
    'roles',
    '  role "managers" (reset-password, unlock-account): held for direct reports, if there are any',
    '  role "desk" (unlock-account): held',
    '    group Helpdesk: yes',
    '    over directories people',
    'proof for reset-password, unlock-account (client web, from a network that is not known)',
  ]);
  expect((await explain('--user', 'domina')).output).toContain('\nprotected: group Admins\n');
  const lines = async (user: string, target: string) => (await explain('--user', user, '--target', target)).output.split('\n');
  const allowed = await lines('frida', 'alice');
  expect(allowed).toContain('  role "desk" (unlock-account): not held');
  expect(allowed).toContain('for alice (People)');
  expect(allowed).toContain('  direct manager: frida (People)');
  expect(allowed).toContain('  reset-password: allowed by "managers"');
  expect(await lines('carol', 'alice')).toEqual(
    expect.arrayContaining([
      '  reset-password: refused: no role that allows it is held',
      '  unlock-account: allowed by "desk", once a second agent has approved',
    ]),
  );
  expect(await lines('frida', 'carol')).toContain(
    '  reset-password: refused: the account holds, or may hold, a role that is not held by who asks ("desk")',
  );
  expect(await lines('frida', 'domina')).toContain('  reset-password: refused: the account is protected, whoever asks');
  expect(await lines('frida', 'frida')).toContain('  unlock-account: refused: nobody uses a role on themselves');
  const json = JSON.parse((await explain('--user', 'frida', '--target', 'alice', '--json')).output);
  expect(json).toMatchObject({
    user: 'frida',
    directory: 'people',
    protection: { protected: false },
    access: {
      barred: null,
      target: {
        decisions: [
          { action: 'reset-password', decision: { allowed: true, roles: ['managers'] } },
          { action: 'unlock-account', decision: { allowed: true, roles: ['managers'] } },
          { action: 'issue-pass', decision: { allowed: false, because: 'no-role' } },
          { action: 'remove-proofs', decision: { allowed: false, because: 'no-role' } },
          { action: 'end-sessions', decision: { allowed: false, because: 'no-role' } },
          { action: 'release-recovery', decision: { allowed: false, because: 'no-role' } },
          { action: 'see-people', decision: { allowed: false, because: 'no-role' } },
          { action: 'remind-people', decision: { allowed: false, because: 'no-role' } },
        ],
      },
    },
  });
});

it('tells which rule of proof applies, what is offered to everybody, and what is complete', async () => {
  const rules = [
    { name: 'desk', when: { groups: ['Helpdesk'] }, accepted: [['passkey']] },
    { name: 'inside', when: { networks: ['192.0.2.0/24'] }, accepted: [['totp']] },
    { name: 'others', accepted: [['email', 'totp']] },
    { name: 'idle', accepted: [['email']] },
  ];
  await apply({ directories, roles, recovery: { rules } });
  const enrol = ['enrolment', 'add', 'alice', '--kind', 'email', '--address', 'alice@example.test'];
  expect(await runCommand(['--config', settings, ...enrol])).toMatchObject({ exitCode: 0 });
  const lines = async (...argv: string[]) => (await explain(...argv)).output.split('\n');
  expect(await lines('--user', 'alice')).toEqual(
    expect.arrayContaining([
      '  rule "desk": passed over (not met: groups)',
      '  rule "inside": may apply: proofs must be enough by it and by what comes after it (it is not known whether these are met: networks)',
      '  rule "others": applies',
      '  rule "idle": not reached, as one before it applies',
      '  offered to everybody at first: passkey, or totp, or email + totp',
      '  not complete: totp + email: no totp',
    ]),
  );
  expect(await lines('--user', 'alice', '--address', '192.0.2.7')).toEqual(
    expect.arrayContaining(['  rule "inside": applies (these are met: networks)', '  not complete: totp: no totp']),
  );
  expect(await lines('--user', 'alice', '--address', '198.51.100.7')).toContain('  rule "inside": passed over (not met: networks)');
  const carol = JSON.parse((await explain('--user', 'carol', '--json')).output);
  expect(carol.proof[0]).toMatchObject({
    goal: 'reset-password',
    reason: 'not-enrolled',
    rules: [{ name: 'desk', fate: 'applies' }, {}, {}, {}],
  });
  expect(await lines('--user', 'domina')).toContain(
    '  whatever is proven: the account is protected: it is never recovered online (group Admins)',
  );
  expect(await explain('--user', 'alice', '--address', 'nowhere')).toMatchObject({ exitCode: 2 });
});

it('tells what somebody is asked to enrol', async () => {
  const enrolment = { required: [{ name: 'everybody', ask: 'force', deadline: '2026-01-31' }] };
  await apply({ directories, signIn: { enabled: true }, enrolment });
  const { output } = await explain('--user', 'alice');
  expect(output).toMatch(
    /\nenrolment\n {2}does nothing but enrol when signed in \(rule "everybody", since .*\)\n {2}for email \+ totp: no email, no totp\n/,
  );
  const told = JSON.parse((await explain('--user', 'domina', '--json')).output) as { enrolment: object };
  expect(told.enrolment).toEqual({ ask: 'nothing', because: 'barred' });
});

it('says that nobody may do anything where the configuration has no roles', async () => {
  await apply({ directories });
  expect((await explain('--user', 'frida', '--target', 'alice')).output).toContain('has no roles: nobody may do anything for others');
});

it('names roles that are not in order before they are in force', async () => {
  const document = join(folder, 'configuration.yaml');
  const broken = [
    { name: 'a', may: ['unlock-account'], heldBy: { groups: ['Helpdesk'] } },
    { name: 'a', may: ['unlock-account'], heldBy: {}, over: { directories: ['nowhere'] } },
    { name: 'b', may: ['change-everything'], heldBy: { directManager: true } },
  ];
  const check = async (given: unknown[], more: Record<string, unknown> = {}) => {
    writeFileSync(document, stringify(configurationDocument({ directories, ...more, roles: given })));
    return (await runCommand(['--config', settings, 'config', 'check', document])).output;
  };
  const output = await check(broken.slice(0, 2));
  expect(output).toContain('roles[0].over');
  expect(output).toContain('roles[1].name');
  expect(output).toContain('roles[1].heldBy');
  expect(output).toContain('roles[1].over.directories[0]');
  expect(await check(broken.slice(2))).toContain('roles[0].may');
  const manage = { name: 'admins', may: ['manage-roles'], heldBy: { groups: ['Helpdesk'] } };
  expect(await check([manage])).toContain('0 errors');
  expect(await check([{ ...manage, over: { directories: ['people'] } }])).toContain('roles[0].over');
  expect(await check([{ ...manage, heldBy: { directManager: true } }])).toContain('roles[0].heldBy.directManager');
  const two = { directories: [...directories, { kind: 'embedded', id: 'partners', label: 'Partners' }] };
  expect(await check([{ ...broken[0], over: { directories: ['people'] } }], two)).toContain('roles[0].heldBy.groups');
});

it('names what roles go by and the directory does not have, with what to do', async () => {
  const named = [
    { name: 'desk', may: ['unlock-account'], heldBy: { accounts: ['frida', 'nobody'] }, over: { places: ['people', 'ou=berlin'] } },
  ];
  await apply({ directories });
  const document = join(folder, 'configuration.yaml');
  writeFileSync(document, stringify(configurationDocument({ directories, roles: named })));
  const at = ['roles[0].heldBy.accounts[1]: nobody: nobody with this sign-in name', 'roles[0].over.places[1]: ou=berlin: the one place'];
  const run = (...argv: string[]) => runCommand(['--config', settings, ...argv]);
  const applied = await run('config', 'apply', document);
  expect(applied.exitCode).toBe(0);
  for (const words of at) expect(applied.errors).toContain(`warning: ${words}`);
  expect(applied.errors).toContain('Write people in roles[0].over.places[1].');
  expect(JSON.parse((await run('config', 'apply', document, '--json')).output)).toMatchObject({ changed: false, warnings: [{}, {}] });
  const doctor = await run('doctor');
  expect(doctor.output).toContain('ok    roles: 2 names that they go by are found');
  expect(doctor.output).toContain(
    'warn  roles: roles[0].over.places[1] ou=berlin: the one place here is the directory itself, in directory people',
  );
});
