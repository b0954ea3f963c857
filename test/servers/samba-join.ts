import { mkdirSync } from 'node:fs';
import { copyFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { CertificateAuthority } from './certificate-authority.ts';
import { claimFreeAddress } from './free-address.ts';
import { withLdap } from './ldap-session.ts';
import { type RunResult, run, startReadyProcess } from './processes.ts';
import type { SambaServer } from './samba.ts';
import { dnsDomain, hostName as firstHostName, krb5Conf, sambaFolders, smbConf } from './samba-configuration.ts';
import { connectSamba, type SambaAccount, type SambaData, type SambaDirectory } from './samba-directory.ts';
import { createScratchFolder, removeScratchFolder } from './scratch.ts';
import { type ServerControl, startControlled, withControl } from './server-control.ts';

export interface JoinOptions {
  readonly hostName: string;
  readonly role: 'DC' | 'RODC';
  /** Who signs in to tell that it is ready. */
  readonly probe: SambaAccount;
  /** Called when it has joined and does not run yet. */
  joined?(joined: { readonly confFile: string; tool(...args: string[]): Promise<RunResult> }): Promise<void>;
}

/** A domain controller that has joined the domain of another one. */
export type JoinedSamba = SambaDirectory &
  ServerControl & {
    /** Runs samba-tool where the domain controllers find each other, for the database that this smb.conf names. */
    tool(confFile: string, ...args: string[]): Promise<RunResult>;
  };

/** Joins a further domain controller. Names are resolved by a hosts file that only its processes see, and those of `tool`. */
export async function joinSamba(first: SambaServer, authority: CertificateAuthority, options: JoinOptions): Promise<JoinedSamba> {
  const { hostName, role, probe } = options;
  const claim = await claimFreeAddress();
  const folder = await createScratchFolder(`samba-${role.toLowerCase()}`);
  const clear = async (): Promise<void> => {
    await removeScratchFolder(folder);
    claim.release();
  };
  const hosts = join(folder, 'hosts');
  const confFile = join(folder, 'etc', 'smb.conf');
  const krb5ConfFile = join(folder, 'etc', 'krb5.conf');
  const inside = (command: string, args: readonly string[]) =>
    ['-m', '--propagation', 'private', 'sh', '-c', 'mount --bind "$0" /etc/hosts && exec "$@"', hosts, command, ...args] as const;
  const tool: JoinedSamba['tool'] = (conf, ...args) =>
    run('unshare', inside('samba-tool', [...args, '-s', conf]), { env: { KRB5_CONFIG: krb5ConfFile } });
  const writeConf = () => writeFile(confFile, smbConf(folder, claim.address, hostName, ['name resolve order = host']));
  const hostLines = [
    '127.0.0.1 localhost',
    `${first.host} ${firstHostName}.${dnsDomain} ${firstHostName} ${dnsDomain} ${await ntdsName(first, firstHostName)}`,
  ];
  const writeHosts = (...names: string[]) =>
    writeFile(hosts, `${[...hostLines, [claim.address, `${hostName}.${dnsDomain}`, hostName, ...names].join(' ')].join('\n')}\n`);
  try {
    for (const name of sambaFolders) mkdirSync(join(folder, name), { recursive: true, mode: name === 'signd' ? 0o750 : 0o755 });
    await writeHosts();
    await writeFile(krb5ConfFile, krb5Conf(first.host));
    await writeConf();
    const server = `--server=${firstHostName}.${dnsDomain}`;
    const asAdministrator = [server, '-U', `Administrator%${first.admin.password}`];
    await tool(confFile, 'domain', 'join', dnsDomain, role, ...asAdministrator, '--dns-backend=NONE');
    await writeConf();
    await writeHosts(await ntdsName(first, hostName));
    await options.joined?.({ confFile, tool: (...args) => tool(confFile, ...args, ...asAdministrator) });
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
  const { url: _, ...rest } = first;
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
          withLdap({ ...probe, url: data.url, caPem: data.caPem, trustAnyCertificate: true }, (client) =>
            client.search('', { scope: 'base' }),
          ),
      ),
    clear,
  });
  return Object.assign(withControl(connectSamba(data), control), { tool });
}

/** The name by which domain controllers look each other up: objectGUID of their NTDS settings. */
async function ntdsName(server: SambaServer, host: string): Promise<string> {
  const dn = `CN=NTDS Settings,CN=${host.toUpperCase()},CN=Servers,CN=Default-First-Site-Name,CN=Sites,CN=Configuration,${server.baseDn}`;
  const login = { ...server.admin, url: server.url, caPem: server.caPem };
  return withLdap(login, async (client) => {
    const { searchEntries } = await client.search(dn, { scope: 'base', explicitBufferAttributes: ['objectGUID'] });
    const bytes = searchEntries[0]?.objectGUID as Buffer;
    const hex = (from: number, to: number, swap: boolean): string => {
      const part = Buffer.from(bytes.subarray(from, to));
      return (swap ? part.reverse() : part).toString('hex');
    };
    const guid = [hex(0, 4, true), hex(4, 6, true), hex(6, 8, true), hex(8, 10, false), hex(10, 16, false)].join('-');
    return `${guid}._msdcs.${dnsDomain}`;
  });
}
