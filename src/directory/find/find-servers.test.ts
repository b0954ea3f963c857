import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { startDns } from '../../../test/servers/dns.ts';
import { serversOf } from './find-servers.ts';

const noDns = () => Promise.reject(new Error('no such name'));
const of = (address: string) => serversOf(address, noDns);

describe('what an address means', () => {
  it('is a server, as it stands or with both ways to encrypt', async () => {
    const tls = { url: 'ldaps://dc1.example.com', startTls: false };
    const both = [tls, { url: 'ldap://dc1.example.com', startTls: true }];
    expect(await of('ldaps://dc1.example.com')).toEqual([[tls]]);
    expect(await of(' LDAPS://dc1.example.com/ ')).toEqual([[tls]]);
    expect(await of('ldap://dc1.example.com:1389')).toEqual([[{ url: 'ldap://dc1.example.com:1389', startTls: true }]]);
    expect(await of('dc1.example.com')).toEqual([both]);
    expect(await of('dc1.example.com.')).toEqual([both]);
    expect((await of('dc1.example.com:389'))[0]?.[0]).toEqual({ url: 'ldap://dc1.example.com:389', startTls: true });
    expect((await of('dc1.example.com:1636'))[0]?.[0]).toEqual({ url: 'ldaps://dc1.example.com:1636', startTls: false });
    for (const typed of ['::1', '[::1]']) expect((await of(typed))[0]?.[0]?.url).toBe('ldaps://[::1]');
  });

  it('is never anything but LDAP', async () => {
    const refused = [
      '',
      'http://x',
      'file:///etc/passwd',
      'ldaps://user:pw@x',
      'ldap://x/dc=y??',
      'x:0',
      'x:99999',
      'x y',
      'x:3269',
      '[::1',
      'ldapi:///',
    ];
    for (const address of refused) await expect(of(address), address).rejects.toMatchObject({ code: 'directory.address-invalid' });
    await fc.assert(
      fc.asyncProperty(fc.oneof(fc.string(), fc.webUrl(), fc.domain(), fc.ipV6()), async (typed) => {
        const ways = await of(typed).catch(() => []);
        for (const { url } of ways.flat()) {
          const { protocol, hostname, username, pathname, search } = new URL(url);
          expect(['ldap:', 'ldaps:']).toContain(protocol);
          if (!hostname.startsWith('[')) expect(typed.toLowerCase()).toContain(hostname.toLowerCase());
          expect(`${username}${pathname.replace('/', '')}${search}`).toBe('');
        }
      }),
    );
  });

  it('is a domain where the DNS knows servers of it, those of Active Directory before others', async () => {
    const dc = (target: string, priority: number, weight = 0) => ({ priority, weight, port: 389, target });
    const dns = await startDns({
      '_ldap._tcp.dc._msdcs.ad.example.com': [
        dc('dc3.ad.example.com', 10),
        dc('dc1.ad.example.com', 0, 5),
        dc('dc2.ad.example.com', 0, 50),
      ],
      '_ldap._tcp.ad.example.com': [dc('wrong.example.com', 0)],
      '_ldap._tcp.example.com': [{ ...dc('ldap.example.com', 0), port: 1389 }, dc('bad/../name', 1)],
    });
    try {
      const found = await serversOf('ad.example.com', dns.resolveSrv);
      expect(found.map(([first]) => first?.url)).toEqual(['dc2', 'dc1', 'dc3'].map((name) => `ldaps://${name}.ad.example.com`));
      expect(found[0]?.[1]).toEqual({ url: 'ldap://dc2.ad.example.com', startTls: true });
      expect(await serversOf('example.com', dns.resolveSrv)).toEqual([[{ url: 'ldap://ldap.example.com:1389', startTls: true }]]);
      expect((await serversOf('nowhere.example.com', dns.resolveSrv))[0]?.[0]?.url).toBe('ldaps://nowhere.example.com');
      expect(dns.asked).not.toContain('_ldap._tcp.ad.example.com');
    } finally {
      await dns.stop();
    }
  });
});
