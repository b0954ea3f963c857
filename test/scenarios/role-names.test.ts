import { describe, expect, it } from 'vitest';
import { checkRoleNames } from '../../src/core/access/check-role-names.ts';
import { newLogin } from '../conformance/samples.ts';
import { sharedDs389, sharedSamba, sharedSlapd } from '../servers/shared-servers.ts';
import { REAL_KINDS, reachRealDirectory } from './real-directories.ts';
import { startKeyturn } from './start-keyturn.ts';

const servers = { 'active-directory': sharedSamba, openldap: sharedSlapd, '389ds': sharedDs389 };

describe.each(REAL_KINDS)('what roles name, kind %s', (kind) => {
  it('is looked up: what is missing, named otherwise or cannot be asked for is told, with what to do', async () => {
    const server = await servers[kind]();
    const real = await reachRealDirectory(kind);
    const person = await real.createPerson();
    const group = newLogin('agents');
    await server.createGroup(group, [person.dn]);
    const place = person.dn.slice(person.dn.indexOf(',') + 1);
    const roles = [
      {
        name: 'agents',
        may: ['unlock-account' as const],
        heldBy: { groups: [group, 'No such group'], accounts: [person.login.toUpperCase(), person.mail, 'nobody-at-all'] },
        over: { places: [place, `ou=nowhere,${place}`] },
      },
    ];
    const keyturn = await startKeyturn({ directories: [real.section], configuration: { roles } });
    try {
      const look = () => checkRoleNames(keyturn.deps.directories.all(), keyturn.deps.configuration());
      const looked = await look();
      expect(looked.map(({ setting, ok }) => [setting, ok])).toEqual([
        ['roles[0].heldBy.groups[0]', true],
        ['roles[0].heldBy.groups[1]', false],
        ['roles[0].heldBy.accounts[0]', true],
        ['roles[0].heldBy.accounts[1]', false],
        ['roles[0].heldBy.accounts[2]', false],
        ['roles[0].over.places[0]', true],
        ['roles[0].over.places[1]', false],
      ]);
      for (const { ok, fix, setting } of looked) if (!ok) expect(fix).toContain(setting);
      real.proxy.setMode('refuse');
      real.proxy.cutAll();
      const silent = await look();
      expect(silent.map(({ setting }) => setting)).toEqual(looked.map(({ setting }) => setting));
      for (const { ok, text } of silent) expect([ok, text]).toEqual([false, expect.stringContaining('could not be looked up (directory.')]);
    } finally {
      await keyturn.close();
      await real.proxy.stop();
    }
  });
});
