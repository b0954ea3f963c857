import { afterAll, beforeAll, expect, it } from 'vitest';
import { ldapSettings } from '../../../test/conformance/harness-ldap.ts';
import { createMovableClock } from '../../../test/conformance/samples.ts';
import { createKeptRefusals } from '../../../test/kept-refusals.ts';
import { type SlapdServer, startSlapd } from '../../../test/servers/slapd.ts';
import { createServers, type Servers } from './servers.ts';

let slapd: SlapdServer;
let servers: Servers;

beforeAll(async () => {
  slapd = await startSlapd();
  const clock = createMovableClock();
  servers = createServers(ldapSettings('openldap', slapd), {
    clock,
    log: { info: () => {}, warn: () => {}, error: () => {} },
    resolveSecret: async () => slapd.service.password,
    refusedSecrets: createKeptRefusals(clock),
  });
});
afterAll(async () => {
  await servers?.close();
  await slapd?.stop();
});

it('a connection carries one request at a time: a second one is refused, and harms neither the first nor the next', async () => {
  const found = await servers.read(async (connection) => {
    const look = () => connection.search(slapd.peopleDn, { scope: 'base', attributes: ['1.1'] });
    const first = look();
    await expect(look()).rejects.toMatchObject({ code: 'internal.unexpected' });
    return [await first, await look()].map(({ entries }) => entries.length);
  });
  expect(found).toEqual([1, 1]);
});
