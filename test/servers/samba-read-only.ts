import { mkdirSync } from 'node:fs';
import { copyFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type CertificateAuthority, createCertificateAuthority } from './certificate-authority.ts';
import { claimFreeAddress } from './free-address.ts';
import { withLdap } from './ldap-session.ts';
import { run, startReadyProcess } from './processes.ts';
import { type SambaServer, startSamba } from './samba.ts';
import { dnsDomain, krb5Conf, sambaFolders, smbConf } from './samba-configuration.ts';
import { connectSamba, type SambaData, type SambaDirectory } from './samba-directory.ts';
import { createScratchFolder, removeScratchFolder } from './scratch.ts';
import { type ServerControl, startControlled, withControl } from './server-control.ts';

/** A domain controller and a read-only one that replicates from it. */
export interface SambaPair {
  readonly writable: SambaServer;
  readonly readOnly: SambaDirectory & ServerControl;
  readonly caPem: string;
  stop(): Promise<void>;
}

const hostName = 'rodc1';

/**
 * Starts a domain and joins a read-only domain controller to it, which holds the password of the service account, so that it can sign
 * in there. Takes about half a minute. Names are resolved by a hosts file that only the processes of this one see.
 */
export async function startSambaWithReadOnly(): Promise<SambaPair> {
  const authorityFolder = await createScratchFolder('samba-ca');
  const certificateAuthority = await createCertificateAuthority(join(authorityFolder, 'ca'));
  const writable = await startSamba({ certificateAuthority });
  const clear = async (): Promise<void> => {
    await writable.stop();
    await removeScratchFolder(authorityFolder);
  };
  try {
    const readOnly = await joinReadOnly(writable, certificateAuthority);
    return {
      writable,
      readOnly,
      caPem: certificateAuthority.caPem,
      async stop() {
        await readOnly.stop();
        await clear();
      },
    };
  } catch (error) {
    await clear();
    throw error;
  }
}

async function joinReadOnly(writable: SambaServer, authority: CertificateAuthority): Promise<SambaDirectory & ServerControl> {
  const claim = await claimFreeAddress();
  const folder = await createScratchFolder('samba-rodc');
  const clear = async (): Promise<void> => {
    await removeScratchFolder(folder);
    claim.release();
  };
  const hosts = join(folder, 'hosts');
  const confFile = join(folder, 'etc', 'smb.conf');
  const krb5ConfFile = join(folder, 'etc', 'krb5.conf');
  const writeConf = () => writeFile(confFile, smbConf(folder, claim.address, hostName, ['name resolve order = host']));
  const inside = (command: string, args: readonly string[]) =>
    ['-m', '--propagation', 'private', 'sh', '-c', 'mount --bind "$0" /etc/hosts && exec "$@"', hosts, command, ...args] as const;
  const tool = (...args: string[]) => run('unshare', inside('samba-tool', args), { env: { KRB5_CONFIG: krb5ConfFile } });
  try {
    for (const name of sambaFolders) mkdirSync(join(folder, name), { recursive: true, mode: name === 'signd' ? 0o750 : 0o755 });
    const guid = await ntdsGuid(writable);
    await writeFile(
      hosts,
      `127.0.0.1 localhost\n${writable.host} dc1.${dnsDomain} dc1 ${dnsDomain} ${guid}._msdcs.${dnsDomain}\n${claim.address} ${hostName}.${dnsDomain} ${hostName}\n`,
    );
    await writeFile(krb5ConfFile, krb5Conf(writable.host));
    await writeConf();
    await writable.sambaTool('group', 'addmembers', 'Allowed RODC Password Replication Group', 'svc-keyturn');
    const server = `--server=dc1.${dnsDomain}`;
    const administrator = `Administrator%${writable.admin.password}`;
    await tool('domain', 'join', dnsDomain, 'RODC', '-s', confFile, server, '-U', administrator, '--dns-backend=NONE');
    await writeConf();
    await tool('rodc', 'preload', 'svc-keyturn', '-s', confFile, server, '-U', administrator);
    const issued = await authority.issue({
      name: `samba-${claim.address}`,
      altNames: [`DNS:${hostName}.${dnsDomain}`, 'DNS:localhost', `IP:${claim.address}`],
      expired: false,
    });
    await copyFile(authority.caFile, join(folder, 'tls', 'ca.pem'));
    await copyFile(issued.certificateFile, join(folder, 'tls', 'server.pem'));
    await writeFile(join(folder, 'tls', 'server.key'), issued.keyPem, { mode: 0o600 });
  } catch (error) {
    await clear();
    throw error;
  }
  const { url: _, ...rest } = writable;
  const data: SambaData = {
    ...rest,
    url: `ldaps://${claim.address}:636`,
    ldapUrl: `ldap://${claim.address}:389`,
    host: claim.address,
    smbConfFile: confFile,
    krb5ConfFile,
  };
  const control = await startControlled({
    launch: () =>
      startReadyProcess(
        'samba',
        {
          command: 'unshare',
          args: inside('samba', ['-i', '-s', confFile]),
          env: { KRB5_CONFIG: krb5ConfFile },
          logFile: join(folder, 'log', 'stdout'),
          folder,
        },
        () =>
          withLdap({ ...data.service, url: data.url, caPem: data.caPem, trustAnyCertificate: true }, (client) =>
            client.search('', { scope: 'base' }),
          ),
      ),
    clear,
  });
  return withControl(connectSamba(data), control);
}

/** The name by which domain controllers look each other up. */
async function ntdsGuid(server: SambaServer): Promise<string> {
  const dn = `CN=NTDS Settings,CN=DC1,CN=Servers,CN=Default-First-Site-Name,CN=Sites,CN=Configuration,${server.baseDn}`;
  const login = { ...server.admin, url: server.url, caPem: server.caPem };
  return withLdap(login, async (client) => {
    const { searchEntries } = await client.search(dn, { scope: 'base', explicitBufferAttributes: ['objectGUID'] });
    const bytes = searchEntries[0]?.objectGUID as Buffer;
    const hex = (from: number, to: number, swap: boolean): string => {
      const part = Buffer.from(bytes.subarray(from, to));
      return (swap ? part.reverse() : part).toString('hex');
    };
    return [hex(0, 4, true), hex(4, 6, true), hex(6, 8, true), hex(8, 10, false), hex(10, 16, false)].join('-');
  });
}
