import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { stringify } from 'yaml';
import { createScratchFolder, removeScratchFolder } from '../servers/scratch.ts';
import { configurationDocument, runCommand, writeSettings } from './run-command.ts';

let folder: string;
let settings: string;
const as = (user: string, ...argv: string[]) =>
  runCommand(['--config', settings, ...argv], { environment: { USER: 'root', SUDO_USER: user } });

beforeAll(async () => {
  folder = await createScratchFolder('threat');
  settings = writeSettings(folder);
  const document = join(folder, 'configuration.yaml');
  writeFileSync(document, stringify(configurationDocument({ threat: { withoutKinds: ['email'] } })));
  expect((await as('carol', 'config', 'apply', document)).exitCode).toBe(0);
});
afterAll(() => removeScratchFolder(folder));

it('raises a threat, says how it stands, and lifts it for two who differ', async () => {
  expect((await as('carol', 'threat', 'status')).output).toBe('No threat is raised.\n');
  expect((await as('carol', 'threat', 'lift')).errors).toContain('threat.not-raised');
  expect((await as('carol', 'threat', 'raise', '--reason', ' ')).errors).toContain('Say why.');
  const raised = await as('carol', 'threat', 'raise', '--reason', 'calls by impostors');
  expect(raised.output).toMatch(
    /^Raised\..*Whom the rule "everybody" of recovery\.rules applies to cannot recover until it is lifted\.\n$/s,
  );
  const doctor = await as('carol', 'doctor');
  expect(doctor.output + doctor.errors).toContain('raised threat');
  expect((await as('carol', 'threat', 'status')).output).toMatch(
    /^RAISED since .+ by carol: calls by impostors\.\nWhom the rule .+ cannot recover until it is lifted\.\n$/,
  );

  expect((await as('dave', 'threat', 'lift')).output).toMatch(/^Noted for dave\./);
  expect((await as('dave', 'threat', 'lift')).errors).toContain('threat.another-needed');
  expect((await as('dave', 'threat', 'status')).output).toContain('dave agrees that it is over');
  expect(JSON.parse((await as('dave', 'threat', 'status', '--json')).output)).toMatchObject({ author: 'carol', lift: { author: 'dave' } });
  expect((await as('erik', 'threat', 'lift')).output).toMatch(/^Lifted/);
  expect((await as('carol', 'threat', 'status')).output).toBe('No threat is raised.\n');
  const { output } = await as('carol', 'audit', 'list', '--group', 'administration', '--most', '3');
  expect(output).toMatch(/erik was the second to agree.*dave agreed.*carol declared a raised threat/s);
});
