import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { stringify } from 'yaml';
import { configurationDocument, runCommand, writeSettings } from '../cli/run-command.ts';
import { newLogin } from '../conformance/samples.ts';
import { createScratchFolder, removeScratchFolder } from '../servers/scratch.ts';
import { type RealDirectory, reachRealDirectory } from './real-directories.ts';

let folder: string;
let settings: string;
const directories: RealDirectory[] = [];

beforeAll(async () => {
  folder = await createScratchFolder('people-link');
  settings = writeSettings(folder);
  directories.push(await reachRealDirectory('openldap', { id: 'unix' }), await reachRealDirectory('active-directory', { id: 'windows' }));
  const sections = directories.map(({ section, service, kind }) => {
    const secret = join(folder, `password-${kind}`);
    writeFileSync(secret, service.password, { mode: 0o600 });
    return { ...section, label: kind, serviceAccount: { name: service.name, password: `file:${secret}` } };
  });
  const people = { linkBy: [{ attribute: 'employeeNumber', directories: ['unix', 'windows'], writtenByAdministratorsOnly: true }] };
  const document = join(folder, 'configuration.yaml');
  writeFileSync(document, stringify(configurationDocument({ directories: sections, people })));
  const applied = await runCommand(['--config', settings, 'config', 'apply', document]);
  expect(applied.exitCode, applied.errors).toBe(0);
});
afterAll(async () => {
  for (const directory of directories) await directory.proxy.stop();
  await removeScratchFolder(folder);
});

const link = async (...argv: string[]) => {
  const { exitCode, output, errors } = await runCommand(['--config', settings, 'people', 'link', '--json', ...argv]);
  // A walk of some seconds says how far it is.
  const mistakes = errors.split('\n').filter((line) => line !== '' && !/^keyturn: \d+ looked at, /.test(line));
  expect({ exitCode, mistakes }).toEqual({ exitCode: 0, mistakes: [] });
  return output.split('\n').flatMap((line) => (line === '' ? [] : [JSON.parse(line) as Record<string, unknown>]));
};

it('keyturn people link links the accounts of OpenLDAP and Samba AD that have one employee number', async () => {
  const [unix, windows] = directories as [RealDirectory, RealDirectory];
  const number = newLogin('nr');
  const [one, other] = [await unix.createPerson(), await windows.createPerson()];
  await unix.set(one, { employeeNumber: number });
  await windows.set(other, { employeeNumber: number.toUpperCase() });
  const about = ({ account }: Record<string, unknown>) => account === one.login;
  const found = { directory: 'unix', attribute: 'employeeNumber', other: { account: other.login, directory: 'windows' } };
  expect((await link('--dry-run')).filter(about)).toEqual([{ ...found, account: one.login, outcome: 'would-be-linked' }]);
  const linked = await link();
  expect(linked.filter(about)).toEqual([{ ...found, account: one.login, outcome: 'linked' }]);
  expect(linked.at(-1)).toMatchObject({ linked: 1, dryRun: false });
  expect((await link()).at(-1)).toMatchObject({ linked: 0, taken: 1 });
});
