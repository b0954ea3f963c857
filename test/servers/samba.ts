import { createHash } from 'node:crypto';
import { mkdirSync } from 'node:fs';
import { copyFile, readdir, readFile, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type CertificateAuthority, createCertificateAuthority } from './certificate-authority.ts';
import { claimFreeAddress } from './free-address.ts';
import { withLdap } from './ldap-session.ts';
import { makeOnce } from './make-once.ts';
import { run, type ServerProcess, startReadyProcess } from './processes.ts';
import { dnsDomain, domain, hostName, krb5Conf, realm, sambaFolders, smbConf } from './samba-configuration.ts';
import { adInterval, connectSamba, type SambaData, type SambaDirectory, sambaNames } from './samba-directory.ts';
import { seedSamba } from './samba-seed.ts';
import { cacheFolder, createScratchFolder, removeScratchFolder } from './scratch.ts';
import { type ServerControl, startControlled, withControl } from './server-control.ts';

export interface SambaOptions {
  /** Age in days before which people may not change their own password again; 0 unless told. */
  readonly minPasswordAgeDays?: number;
  /** Issues the server's certificate; one of its own unless told. */
  readonly certificateAuthority?: CertificateAuthority;
  /** The certificate presented is past its end. */
  readonly expiredCertificate?: boolean;
  /** Names in the certificate instead of the right ones. */
  readonly certificateNames?: readonly string[];
}

/** A real Active Directory domain controller (Samba) that this process started. */
export type SambaServer = SambaDirectory & ServerControl;

const adminPassword = 'Adm1n-Passw0rd!';

/**
 * Starts a Samba domain controller on a loopback address of its own (the LDAP ports of AD cannot be moved).
 *
 * Making a domain takes some ten seconds, so that is done once per machine and kept in `.scratch/cache`; each start copies it
 * and is ready in about one second. Needs root: Samba sets owners and security attributes on its files.
 * The policy: 10 characters, complexity, history 24, maximum age 90 days, lockout after 5 failures for 30 minutes; what is in
 * the directory is told in seed-people.ts and samba-seed.ts.
 */
export async function startSamba(options: SambaOptions = {}): Promise<SambaServer> {
  requireRoot();
  const snapshot = await provideSnapshot();
  return startIn(options, async (folder) => {
    await run('cp', ['-a', '--reflink=auto', `${snapshot}/.`, folder]);
  });
}

function requireRoot(): void {
  if (process.getuid?.() !== 0) throw new Error('a Samba domain controller can be started by root only');
}

async function startIn(options: SambaOptions, prepare: (folder: string, confFile: string) => Promise<void>): Promise<SambaServer> {
  const claim = await claimFreeAddress();
  const folder = await createScratchFolder('samba');
  const clear = async (): Promise<void> => {
    await removeScratchFolder(folder);
    claim.release();
  };
  let data: SambaData;
  try {
    const confFile = join(folder, 'etc', 'smb.conf');
    await writeFiles(folder, claim.address);
    await prepare(folder, confFile);
    // The copied or freshly provisioned folder holds a configuration that names another place.
    await writeFiles(folder, claim.address);
    data = describeServer(folder, claim.address, await writeCertificate(folder, claim.address, options));
  } catch (error) {
    await clear();
    throw error;
  }
  const control = await startControlled({ launch: () => launch(folder, data), clear });
  const server = withControl(connectSamba(data), control);
  if (options.minPasswordAgeDays !== undefined) {
    await server.modify(data.baseDn, { minPwdAge: adInterval(options.minPasswordAgeDays * 86_400_000) });
  }
  return server;
}

function describeServer(folder: string, address: string, authority: CertificateAuthority): SambaData {
  const services = `OU=Services,${sambaNames.baseDn}`;
  return {
    ...sambaNames,
    url: `ldaps://${address}:636`,
    ldapUrl: `ldap://${address}:389`,
    host: address,
    caPem: authority.caPem,
    caFile: authority.caFile,
    smbConfFile: join(folder, 'etc', 'smb.conf'),
    krb5ConfFile: join(folder, 'etc', 'krb5.conf'),
    admin: {
      dn: `CN=Administrator,CN=Users,${sambaNames.baseDn}`,
      name: `Administrator@${dnsDomain}`,
      password: adminPassword,
    },
    service: { dn: `CN=svc-keyturn,${services}`, name: `svc-keyturn@${dnsDomain}`, password: 'Service-Passw0rd-1!' },
    readOnly: { dn: `CN=svc-readonly,${services}`, name: `svc-readonly@${dnsDomain}`, password: 'Reader-Passw0rd-1!' },
  };
}

async function writeFiles(folder: string, address: string): Promise<void> {
  for (const name of sambaFolders) mkdirSync(join(folder, name), { recursive: true, mode: name === 'signd' ? 0o750 : 0o755 });
  await writeFile(join(folder, 'etc', 'smb.conf'), smbConf(folder, address));
  await writeFile(join(folder, 'etc', 'krb5.conf'), krb5Conf(address));
}

async function writeCertificate(folder: string, address: string, options: SambaOptions): Promise<CertificateAuthority> {
  const authority = options.certificateAuthority ?? (await createCertificateAuthority(join(folder, 'ca')));
  const issued = await authority.issue({
    name: `samba-${address}`,
    altNames: options.certificateNames ?? [`DNS:${hostName}.${dnsDomain}`, `DNS:${dnsDomain}`, 'DNS:localhost', `IP:${address}`],
    expired: options.expiredCertificate ?? false,
  });
  await copyFile(authority.caFile, join(folder, 'tls', 'ca.pem'));
  await copyFile(issued.certificateFile, join(folder, 'tls', 'server.pem'));
  await writeFile(join(folder, 'tls', 'server.key'), issued.keyPem, { mode: 0o600 });
  return authority;
}

function launch(folder: string, data: SambaData): Promise<ServerProcess> {
  return startReadyProcess(
    'samba',
    {
      command: 'samba',
      args: ['-i', '-s', data.smbConfFile],
      env: { KRB5_CONFIG: data.krb5ConfFile },
      logFile: join(folder, 'log', 'stdout'),
      folder,
    },
    // Readiness is asked without looking at the certificate, which a test may have made bad on purpose.
    () =>
      withLdap({ ...data.admin, url: data.url, caPem: data.caPem, trustAnyCertificate: true }, (client) =>
        client.search('', { scope: 'base' }),
      ),
  );
}

/** Returns the folder of a provisioned, seeded and stopped domain; makes it when there is none for this recipe and version. */
async function provideSnapshot(): Promise<string> {
  const snapshot = join(cacheFolder(), `samba-${await snapshotKey()}`);
  await makeOnce(snapshot, async (folder) => {
    await removeOldSnapshots();
    await buildSnapshot(folder);
  });
  // The time tells removeOldSnapshots that this one is in use.
  await utimes(snapshot, new Date(), new Date());
  return snapshot;
}

async function buildSnapshot(target: string): Promise<void> {
  let folder = '';
  const server = await startIn({}, async (newFolder, confFile) => {
    folder = newFolder;
    await run('samba-tool', [
      'domain',
      'provision',
      '-s',
      confFile,
      `--domain=${domain}`,
      `--realm=${realm}`,
      '--server-role=dc',
      '--dns-backend=NONE',
      `--adminpass=${adminPassword}`,
      `--host-name=${hostName}`,
    ]);
  });
  try {
    await server.sambaTool(
      'domain',
      'passwordsettings',
      'set',
      '--history-length=24',
      '--complexity=on',
      '--min-pwd-age=0',
      '--min-pwd-length=10',
      '--max-pwd-age=90',
      '--account-lockout-threshold=5',
      '--account-lockout-duration=30',
      '--reset-account-lockout-after=30',
    );
    await seedSamba(server);
    await server.halt();
    for (const name of ['private', 'state', 'cache', 'lock', 'bind-dns']) {
      await run('cp', ['-a', join(folder, name), join(target, name)]);
    }
  } finally {
    await server.stop();
  }
}

/** Snapshots of earlier recipes (33 MB each), and unfinished ones, go when nobody has used them for a day. */
async function removeOldSnapshots(): Promise<void> {
  const dayAgo = Date.now() - 86_400_000;
  for (const name of await readdir(cacheFolder())) {
    const folder = join(cacheFolder(), name);
    if (name.startsWith('samba-') && (await stat(folder)).mtimeMs < dayAgo) await rm(folder, { recursive: true, force: true });
  }
}

/** Changes whenever the recipe or Samba's version does, so an old snapshot is never mistaken for a new one. */
async function snapshotKey(): Promise<string> {
  const hash = createHash('sha256');
  hash.update((await run('samba', ['--version'])).stdout);
  for (const file of ['samba.ts', 'samba-configuration.ts', 'samba-directory.ts', 'samba-seed.ts', 'seed-people.ts']) {
    hash.update(await readFile(join(import.meta.dirname, file)));
  }
  return hash.digest('hex').slice(0, 16);
}
