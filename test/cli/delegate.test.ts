import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { stringify } from 'yaml';
import { createScratchFolder, removeScratchFolder } from '../servers/scratch.ts';
import { configurationDocument, runCommand, writeSettings } from './run-command.ts';

let folder: string;
beforeEach(async () => {
  folder = await createScratchFolder('delegate');
});
afterEach(() => removeScratchFolder(folder));

const dn = 'dc=example,dc=com';

function writeDocument(changes: Record<string, unknown> = {}): string {
  const password = join(folder, 'password');
  writeFileSync(password, 'Service-Passw0rd', { mode: 0o600 });
  const serviceAccount = { name: `cn=keyturn,${dn}`, password: `file:${password}` };
  const common = { label: 'L', servers: [{ url: 'ldaps://directory.example.com' }], serviceAccount };
  const directories = [
    { ...common, kind: '389ds', id: 'ds', label: 'DS', baseDn: `ou=people,${dn}` },
    { ...common, kind: 'openldap', id: 'slapd', baseDn: `ou=staff,${dn}` },
    { kind: 'embedded', id: 'own', label: 'Own' },
  ];
  const file = join(folder, 'configuration.yaml');
  writeFileSync(file, stringify(configurationDocument({ directories, ...changes })));
  return file;
}

it('prints what the configuration in force, or that of a file, asks of a directory', async () => {
  const [settings, file] = [writeSettings(folder), writeDocument()];
  const delegate = (...options: string[]) => runCommand(['--config', settings, 'directory', 'delegate', ...options]);
  const slapd = ['--directory', 'slapd', '--form', 'cn=config'];
  expect(await delegate(...slapd)).toMatchObject({ output: '', errors: expect.stringContaining('configuration.missing') });
  const before = await delegate('--file', file, ...slapd);
  expect(before).toMatchObject({ exitCode: 0, errors: '' });
  expect(before.output).toMatch(
    /^dn: olcDatabase=\{1\}mdb,cn=config\nchangetype: modify\nadd: olcAccess\nolcAccess: \{0\}to dn\.subtree="ou=staff,/,
  );
  expect((await runCommand(['--config', settings, 'config', 'apply', file])).exitCode).toBe(0);
  expect((await delegate(...slapd)).output).toBe(before.output);

  const whole = await delegate('--directory', 'ds');
  expect(whole.output).toContain('As the Directory Manager');
  // Nobody helps others here, so the mark "must change" is not written.
  expect(whole.output).toContain('(targetattr="userPassword || passwordRetryCount || accountUnlockTime")');
  const told = JSON.parse((await delegate('--directory', 'ds', '--json')).output) as { verbs: string[]; delegations: unknown[] };
  expect(told.verbs).toEqual(['read', 'read-policy', 'reset-password', 'unlock-account']);
  expect(told.delegations).toHaveLength(1);
});

it('says why there is nothing to print', async () => {
  const [settings, file] = [writeSettings(folder), writeDocument()];
  const delegate = (...options: string[]) => runCommand(['--config', settings, 'directory', 'delegate', '--file', file, ...options]);
  for (const options of [[], ['--directory', 'nowhere']]) expect((await delegate(...options)).errors).toContain('directory.not-configured');
  for (const options of [['own'], ['ds', '--form', 'dsacls']])
    expect((await delegate('--directory', ...options)).errors).toContain('directory.no-delegation');
});
