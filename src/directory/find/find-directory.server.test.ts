import { X509Certificate } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { createCertificateAuthority } from '../../../test/servers/certificate-authority.ts';
import { startDns } from '../../../test/servers/dns.ts';
import { claimFreePort } from '../../../test/servers/free-address.ts';
import { createScratchFolder, removeScratchFolder } from '../../../test/servers/scratch.ts';
import { sharedDs389, sharedSamba, sharedSlapd } from '../../../test/servers/shared-servers.ts';
import { startSlapd } from '../../../test/servers/slapd.ts';
import { startTcpProxy } from '../../../test/servers/tcp-proxy.ts';
import { createDirectoryFinder } from './find-directory.ts';

const finder = createDirectoryFinder();

describe('what an address tells', () => {
  it.each([
    ['active-directory', sharedSamba],
    ['openldap', sharedSlapd],
    ['389ds', sharedDs389],
  ] as const)('is that it is %s, where its people are, and what would have to be trusted', async (kind, start) => {
    const server = await start();
    const found = await finder.look(server.url);
    expect(found).toMatchObject({ kind, servers: [{ url: server.url, startTls: false, trouble: null }] });
    expect(found.namingContexts[0]?.toLowerCase()).toBe(server.baseDn.toLowerCase());
    expect(found.namingContexts.join()).not.toMatch(/cn=(config|schema)/i);
    const { fingerprint256 } = new X509Certificate(server.caPem);
    expect(found.trust?.code).toBe('directory.tls-unknown-ca');
    // A server that does not send its authority leaves it to be had elsewhere.
    if (found.authority !== null) expect(found.authority).toMatchObject({ fingerprint: fingerprint256, isRoot: true });
    const trusted = await finder.look(server.url, server.caPem);
    expect(trusted).toMatchObject({ kind, trust: null, authority: null });
    expect(trusted.chain.at(-1)?.fingerprint).toBe(fingerprint256);
  });

  it('offers exactly the authority that the server sends, and what is wrong beside it', async () => {
    const folder = await createScratchFolder('find');
    const authority = await createCertificateAuthority(folder);
    const slapd = await startSlapd({ certificateAuthority: authority, certificateNames: ['DNS:elsewhere.example.test'] });
    try {
      const first = await finder.look(slapd.url);
      expect(first.trust?.code).toBe('directory.tls-unknown-ca');
      expect(first.authority?.fingerprint).toBe(new X509Certificate(authority.caPem).fingerprint256);
      const then = await finder.look(slapd.url, first.authority?.pem);
      expect(then).toMatchObject({ trust: { code: 'directory.tls-wrong-name' }, authority: null });
    } finally {
      await slapd.stop();
      await removeScratchFolder(folder);
    }
  });

  it('names each of three servers that the DNS knows, also the one that is dead, in the order of the DNS', async () => {
    const [slapd, dead] = [await sharedSlapd(), await claimFreePort()];
    const port = Number(new URL(slapd.ldapUrl).port);
    const other = await startTcpProxy({ targetHost: slapd.host, targetPort: port });
    const record = (priority: number, at: number) => ({ priority, weight: 0, port: at, target: 'localhost' });
    const dns = await startDns({
      '_ldap._tcp.example.test': [record(0, dead.port), record(2, other.port), record(1, port)],
    });
    try {
      const found = await createDirectoryFinder(dns.resolveSrv).look('example.test', slapd.caPem);
      expect(found.servers).toMatchObject([
        { url: `ldap://localhost:${dead.port}`, trouble: { code: 'directory.unreachable', problem: 'The server refused the connection' } },
        { url: `ldap://localhost:${port}`, startTls: true, trouble: null },
        { url: `ldap://localhost:${other.port}`, startTls: true, trouble: null },
      ]);
      expect(found).toMatchObject({ kind: 'openldap', trust: null });
      expect(await finder.look(`localhost:${dead.port}`)).toMatchObject({ chain: [], trust: null, kind: null, namingContexts: [] });
    } finally {
      await dns.stop();
      await other.stop();
      dead.release();
    }
  });
});
