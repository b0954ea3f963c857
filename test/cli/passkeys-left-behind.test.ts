import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { stringify } from 'yaml';
import { loadSettings } from '../../src/config/load-settings.ts';
import { addFactor } from '../../src/core/enrolment/add-factor.ts';
import { openRuntime } from '../../src/main.ts';
import { createScratchFolder, removeScratchFolder } from '../servers/scratch.ts';
import { configurationDocument, runCommand, writeSettings } from './run-command.ts';

const BEFORE = 'password.example.com';
const AFTER = 'keys.example.org';
const byPasskey = { rules: [{ name: 'everybody', accepted: [['passkey']] }] };
let folder: string;
let settings: string;

beforeEach(async () => {
  folder = await createScratchFolder('left-behind');
  settings = writeSettings(folder);
  expect((await runCommand(['--config', settings, 'config', 'apply', file(BEFORE, { recovery: byPasskey })])).exitCode).toBe(0);
});
afterEach(() => removeScratchFolder(folder));

/** A configuration whose portal is at a host. */
function file(host: string, changes: Record<string, unknown> = {}): string {
  const path = join(folder, `${host}.yaml`);
  writeFileSync(path, stringify(configurationDocument({ organisation: { name: 'Example', publicUrl: `https://${host}` }, ...changes })));
  return path;
}
const check = (path: string, ...more: string[]) => runCommand(['--config', settings, 'config', 'check', ...more, path]);

/** Gives people passkeys, each for its domains; what is `ended` is worth nothing. */
async function have(passkeys: Record<string, readonly (string | { ended: string })[]>): Promise<void> {
  const runtime = await openRuntime(loadSettings(settings, {}).settings);
  try {
    for (const [id, domains] of Object.entries(passkeys))
      for (const [nth, domain] of domains.entries()) {
        const rpId = typeof domain === 'string' ? domain : domain.ended;
        const passkey = { credential: `${id}-${nth}`, rpId, signCount: 0 };
        const account = { directory: 'people', id };
        const factor = { account, kind: 'passkey' as const, label: 'key', secret: '{}', source: 'test', passkey };
        const row = await addFactor(runtime, runtime.store, factor);
        if (typeof domain !== 'string') await runtime.store.factors.end(row.id, runtime.clock.now());
      }
    await addFactor(runtime, runtime.store, {
      ...{ account: { directory: 'people', id: 'none' }, kind: 'totp', label: 'app', secret: 'x', source: 'test' },
    });
  } finally {
    await runtime.close();
  }
}

it('counts who has passkeys and none for the domain to come, and nobody besides', async () => {
  await have({ stays: [BEFORE], both: [BEFORE, AFTER], moved: [AFTER], lost: [BEFORE, { ended: AFTER }], gone: [{ ended: BEFORE }] });
  const line = `warning: organisation.publicUrl: 2 of 4 people with passkeys have none for ${AFTER}: theirs are worth nothing`;
  const told = await check(file(AFTER, { recovery: byPasskey }));
  expect(told.exitCode).toBe(0);
  expect(told.output).toContain(line);
  expect(told.output).toMatch(/0 errors, [1-9]\d* warnings?\n$/);
  expect((await check(file(BEFORE, { recovery: byPasskey }))).output).toContain(`1 of 4 people with passkeys have none for ${BEFORE}`);
  // A build server is told the same, as it is where nothing may be looked up.
  const json = JSON.parse((await check(file(AFTER, { recovery: byPasskey }), '--json')).output) as { problems: { path: string }[] };
  expect(json.problems.filter(({ path }) => path === 'organisation.publicUrl')).toMatchObject([{ severity: 'warning' }]);
  expect((await check(file(AFTER, { recovery: byPasskey }), '--offline')).output).not.toContain('people with passkeys');
});

it('names the setting that decides: a parent domain keeps who has its passkeys', async () => {
  await have({ parent: ['example.com'], host: [BEFORE] });
  const factors = { passkey: { rpId: 'example.com' } };
  const kept = await check(file(BEFORE, { recovery: byPasskey, factors }));
  expect(kept.output).toContain('warning: factors.passkey.rpId: 1 of 2 people with passkeys have none for example.com');
});

it.each([
  ['signs in by one', { signIn: { enabled: true, rules: [{ name: 'everybody', accepted: [['password', 'passkey']] }] } }],
  ['changes the configuration by one', { roles: [{ name: 'Owners', may: ['manage-configuration'], heldBy: { accounts: ['x'] } }] }],
])('counts them too where nobody recovers by one and somebody %s', async (_what, changes) => {
  await have({ left: [BEFORE] });
  expect((await check(file(AFTER, changes))).output).toContain(`1 of 1 people with passkeys have none for ${AFTER}`);
  expect((await check(file(AFTER))).output).not.toContain('people with passkeys');
});

it('says nothing where nobody is left, and that it could not count where it could not', async () => {
  await have({ left: [BEFORE] });
  expect((await check(file(BEFORE, { recovery: byPasskey }))).output).not.toContain('people with passkeys');
  writeFileSync(
    join(folder, 'data', 'keyturn.sqlite'),
    'no database at all, and longer than the header of one, so that it is looked at'.repeat(3),
  );
  const told = await check(file(AFTER, { recovery: byPasskey }));
  expect(told.output).toMatch(/organisation\.publicUrl: how many people have passkeys .* could not be counted: store\.\S+/);
});
