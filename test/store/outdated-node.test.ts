import { afterEach, beforeEach, expect, it } from 'vitest';
import { configurationDocument, runCommand, writeSettings } from '../cli/run-command.ts';
import { until } from '../scenarios/start-keyturn.ts';
import { createScratchFolder, removeScratchFolder } from '../servers/scratch.ts';
import { sharedPostgres } from '../servers/shared-servers.ts';
import { makePostgresDatabase, makeSqliteDatabase, type TestDatabase } from './fixture.ts';

let folder: string;
let database: TestDatabase;
beforeEach(async () => {
  folder = await createScratchFolder('outdated');
});
afterEach(async () => {
  await database?.drop();
  await removeScratchFolder(folder);
});

/** What a newer release leaves behind when it changes the schema. */
const newer = "insert into kysely_migration (name, timestamp) values ('9999-of-a-later-release', '2030-01-01T00:00:00.000Z')";

it.each(['sqlite', 'postgres'] as const)(
  'a node that runs on beside a newer release stops by itself, says why, and does not start again, on %s',
  async (engine) => {
    database = await (engine === 'sqlite' ? makeSqliteDatabase() : makePostgresDatabase(await sharedPostgres()));
    const settings = writeSettings(folder, {
      database: { url: database.url },
      listen: { port: 0 },
      configuration: configurationDocument(),
    });
    let printed = '';
    const write = (text: string): Promise<void> => {
      printed += text;
      return Promise.resolve();
    };
    const served = runCommand(['--config', settings, 'serve'], { stopRequested: () => new Promise(() => {}), write });
    await until(() => printed.includes('Keyturn is ready'), 'the server', 60_000);
    const url = /http:\S+/.exec(printed)?.[0] ?? '';
    expect((await fetch(`${url}/readyz`)).status).toBe(200);
    await database.execute(newer);
    const { exitCode, errors } = await served;
    expect(exitCode).not.toBe(0);
    expect(errors).toContain('The database was used by a newer release of Keyturn');
    await expect(fetch(`${url}/readyz`)).rejects.toThrow();
    const again = await runCommand(['--config', settings, 'serve'], { stopRequested: () => new Promise(() => {}) });
    expect(again.errors).toContain('The database was used by a newer release of Keyturn');
  },
);
