import { createHash } from 'node:crypto';
import { rmSync, truncateSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { importList } from '../../src/breached/import-list.ts';
import type { ConfigurationDocument } from '../../src/core/configuration/document.ts';
import { newLogin } from '../conformance/samples.ts';
import { createScratchFolder, removeScratchFolder } from '../servers/scratch.ts';
import { type JourneyClient, prove, startJourney } from './journey-client.ts';
import { addPerson, embeddedSection, OLD_PASSWORD, signsIn } from './sample-directory.ts';
import { type Keyturn, startKeyturn } from './start-keyturn.ts';

const LISTED = 'Summer-of-2024-é!';
const GOOD = 'a-cupboard-of-7-quiet-owls';

let folder: string;
beforeAll(async () => {
  folder = await createScratchFolder('breached-journey');
});
afterAll(() => removeScratchFolder(folder));

async function makeFile(name: string): Promise<string> {
  const list = join(folder, `${name}.txt`);
  const target = join(folder, name);
  writeFileSync(list, `${createHash('sha1').update(LISTED).digest('hex')}:5\n`);
  await importList({ list, target, bits: 16, importedAt: '2026-01-01T00:00:00.000Z' });
  return target;
}

async function start(breached: NonNullable<ConfigurationDocument['passwordRules']>['breached']): Promise<Keyturn> {
  return startKeyturn({ directories: [embeddedSection()], configuration: { passwordRules: { breached } } });
}

/** A new person's journey, at its new password. */
async function atNewPassword(keyturn: Keyturn, locale = 'en'): Promise<{ client: JourneyClient; login: string }> {
  const login = newLogin();
  await addPerson(keyturn, login);
  const person = await keyturn.enrol(login);
  const client = await startJourney(keyturn.url, login, 'reset-password', locale);
  await prove(keyturn, client, person);
  client.at('new-password');
  return { client, login };
}

const check = async (client: JourneyClient, password: string) => {
  const { body } = await client.call('POST', '/journeys/current/password-check', { password });
  return { acceptable: body.acceptable, verdict: body.verdicts?.find(({ code }) => code === 'password.breached') };
};
const events = async (keyturn: Keyturn) =>
  (await keyturn.deps.store.audit.read(0, 100_000))
    .filter(({ type }) => type === 'password.breach-not-known')
    .map(({ data }) => JSON.parse(data));

describe('breached passwords in a journey', () => {
  it('are announced, refused while typing and refused when sent, in whichever way they are typed', async () => {
    const keyturn = await start({ source: 'file', file: await makeFile('whole') });
    try {
      const { client, login } = await atNewPassword(keyturn);
      expect(client.at('new-password').rules).toContainEqual(
        expect.objectContaining({ code: 'password.breached', source: 'organisation', text: expect.stringContaining('data leak') }),
      );
      for (const typed of [LISTED, LISTED.normalize('NFD')]) {
        expect(await check(client, typed)).toMatchObject({ acceptable: false, verdict: { ok: false } });
        expect((await client.answer({ password: typed })).status).toBe(200);
        expect(client.at('new-password').verdicts).toContainEqual(expect.objectContaining({ code: 'password.breached', ok: false }));
      }
      expect(await signsIn(keyturn, login, OLD_PASSWORD)).toBe(true);
      expect(await check(client, GOOD)).toMatchObject({ acceptable: true, verdict: { ok: true } });
      await client.answer({ password: GOOD });
      client.at('done');
      expect(await signsIn(keyturn, login, GOOD)).toBe(true);
      expect(await events(keyturn)).toEqual([]);
    } finally {
      await keyturn.close();
    }
  });

  it.each(['missing', 'damaged'])('are not known where the file is %s: refused, or taken with an event, as configured', async (state) => {
    for (const whenNotKnown of ['refuse', 'allow'] as const) {
      const file = await makeFile(`${state}-${whenNotKnown}`);
      if (state === 'missing') rmSync(file);
      else truncateSync(file, 4000);
      const keyturn = await start({ source: 'file', file, whenNotKnown });
      try {
        const { client, login } = await atNewPassword(keyturn, 'de');
        const allowed = whenNotKnown === 'allow';
        const text = allowed ? 'Datenleck' : 'lässt sich nicht prüfen';
        expect(await check(client, GOOD)).toMatchObject({
          acceptable: allowed,
          verdict: { ok: allowed ? 'server-decides' : false, text: expect.stringContaining(text) },
        });
        await client.answer({ password: GOOD });
        client.at(allowed ? 'done' : 'new-password');
        expect(await signsIn(keyturn, login, allowed ? GOOD : OLD_PASSWORD)).toBe(true);
        expect(await events(keyturn)).toMatchObject([{ allowed, accounts: [{ directory: 'people' }] }]);
        expect(keyturn.logLines.join('')).toContain('breached.not-known');
        expect(keyturn.logLines.join('') + JSON.stringify(await events(keyturn))).not.toContain(GOOD);
      } finally {
        await keyturn.close();
      }
    }
  });

  it('are asked of a range service only when nothing else is wrong', async () => {
    const asked: string[] = [];
    const hash = (password: string) => createHash('sha1').update(password).digest('hex').toUpperCase();
    const service = createServer((request, response) => {
      asked.push(request.url ?? '');
      response.end(`${hash(LISTED).slice(5)}:2\r\n${'0'.repeat(35)}:0\r\n`);
    });
    await new Promise<void>((resolve) => service.listen(0, '127.0.0.1', resolve));
    const url = `http://127.0.0.1:${(service.address() as AddressInfo).port}`;
    const keyturn = await start({ source: 'range-service', url });
    try {
      const { client } = await atNewPassword(keyturn);
      expect(await check(client, 'short')).toMatchObject({ acceptable: false, verdict: { ok: 'server-decides' } });
      expect(asked).toEqual([]);
      expect(await check(client, LISTED)).toMatchObject({ acceptable: false, verdict: { ok: false } });
      expect(await check(client, GOOD)).toMatchObject({ acceptable: true, verdict: { ok: true } });
      expect(asked).toEqual([LISTED, GOOD].map((password) => `/range/${hash(password).slice(0, 5)}`));
    } finally {
      await keyturn.close();
      await new Promise((resolve) => service.close(resolve));
    }
  });
});
