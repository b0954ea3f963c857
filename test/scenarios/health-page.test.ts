import { afterAll, beforeAll, expect, it } from 'vitest';
import type { Health } from '../../shared/api/health.ts';
import { newLogin } from '../conformance/samples.ts';
import { GENEROUS_LIMITS } from './generous-limits.ts';
import { type RealDirectory, reachRealDirectory } from './real-directories.ts';
import { addPerson, embeddedSection } from './sample-directory.ts';
import { type SessionClient, signIn } from './sign-in-client.ts';
import { createMovableClock, type Keyturn, startKeyturn } from './start-keyturn.ts';

const [EDITOR, READER] = [newLogin('editor'), newLogin('reader')];
const heldBy = (account: string) => ({ directories: ['people'], accounts: [account] });
let real: RealDirectory;
let keyturn: Keyturn;
let held: SessionClient;

beforeAll(async () => {
  real = await reachRealDirectory('openldap');
  keyturn = await startKeyturn({
    directories: [embeddedSection(), { ...real.section, id: 'far' }],
    clock: createMovableClock(),
    configuration: {
      guard: GENEROUS_LIMITS,
      signIn: { enabled: true },
      roles: [
        { name: 'editors', may: ['manage-configuration'], heldBy: heldBy(EDITOR) },
        { name: 'readers', may: ['view-history', 'manage-roles'], heldBy: heldBy(READER) },
      ],
    },
  });
  for (const login of [EDITOR, READER]) await addPerson(keyturn, login);
  held = await signIn(keyturn, EDITOR, await keyturn.enrol(EDITOR));
});
afterAll(async () => {
  await keyturn?.close();
  await real?.proxy.stop();
});

const look = async () => (await held.call('GET', '/admin/health')).body as unknown as Health;
const of = ({ findings }: Health, area: string) => findings.filter((finding) => finding.area === area);

it('tells what the doctor finds, with what to do about each, and again once it was looked anew', async () => {
  const before = await look();
  for (const area of ['node', 'database', 'sealed values', 'audit', 'configuration', 'directory people', 'directory far', 'mail', 'roles'])
    expect(of(before, area), area).not.toEqual([]);
  expect(of(before, 'directory far').some(({ level }) => level === 'fail')).toBe(false);
  for (const { level, text, fix } of before.findings) expect(level === 'ok' || level === 'note', text).toBe(fix === null);

  await real.proxy.stop();
  expect(await look()).toEqual(before);
  keyturn.clock.move(31_000);
  const [after, same] = await Promise.all([look(), look()]);
  expect(same).toEqual(after);
  expect(of(after, 'directory far')).toContainEqual(expect.objectContaining({ level: 'fail', fix: expect.stringMatching(/\S/) }));
  expect(of(after, 'directory people').some(({ level }) => level === 'fail')).toBe(false);
});

it('is told to nobody who may not see the configuration', async () => {
  const reader = await signIn(keyturn, READER, await keyturn.enrol(READER));
  expect((await reader.call('GET', '/admin/health')).body.code).toBe('access.management-refused');
});
