import { mkdirSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Control } from 'ldapts';
import { type CertificateAuthority, createCertificateAuthority, type IssuedCertificate } from './certificate-authority.ts';
import { claimFreePort } from './free-address.ts';
import { connectLdapDirectory, type LdapDirectory, type LdapDirectoryData } from './ldap-directory.ts';
import { replaceAttributes, withLdap } from './ldap-session.ts';
import { run, type ServerProcess, startReadyProcess } from './processes.ts';
import { createScratchFolder, removeScratchFolder } from './scratch.ts';
import { type ServerControl, startControlled, withControl } from './server-control.ts';
import { slapdBaseDn, slapdConf, slapdDns } from './slapd-configuration.ts';
import { seedGroupEntries, writeSlapdSeed } from './slapd-seed.ts';

export interface SlapdOptions {
  /** That many further people `user0`, `user1`, ... in ou=people, with the seed password. */
  readonly generatedUsers?: number;
  /** Refuses a simple bind without TLS; true unless told. */
  readonly requireTls?: boolean;
  /** Does not wait for the disk on writes; true unless told, because tests have nothing to lose. Benchmarks turn it off. */
  readonly noSync?: boolean;
  /** Says "locked" in the bind response; true unless told. */
  readonly useLockout?: boolean;
  /** Issues the server's certificate; one of its own unless told. */
  readonly certificateAuthority?: CertificateAuthority;
  /** The certificate presented is past its end. */
  readonly expiredCertificate?: boolean;
  /** Days until the end of the certificate; 825 unless told. */
  readonly certificateEndsInDays?: number;
  /** Names in the certificate instead of the right ones. */
  readonly certificateNames?: readonly string[];
  /** Password of `cn=config`, so that the configuration can be changed while it runs; without one it cannot. */
  readonly configPassword?: string;
  /** Further lines of slapd.conf for the whole server, such as `require authc`. */
  readonly globalLines?: readonly string[];
  /** Further lines for the database, before its overlays. */
  readonly databaseLines?: readonly string[];
  /** Lines instead of the access rules of the database. */
  readonly accessLines?: readonly string[];
  /** A second database with a tree of its own; its lines, and its entries as LDIF. It stands first in the configuration. */
  readonly otherDatabase?: { readonly lines: readonly string[]; readonly ldif: string; readonly suffix: string };
  /** No entries of its own: they come by replication. */
  readonly empty?: true;
  /** Takes no writes (`readonly on`), so there are no groups either. */
  readonly readOnly?: true;
  /** Hashes a password that is written as text; true unless told. */
  readonly hashCleartext?: boolean;
}

export type SlapdData = LdapDirectoryData<'openldap'>;
export type SlapdDirectory = LdapDirectory<'openldap'>;

/** A real OpenLDAP server that this process started. */
export type SlapdServer = SlapdDirectory &
  ServerControl & {
    /** The whole database as LDIF (slapcat(8)), with what no access rule shows: what a thief of the disk would find. */
    dump(): Promise<string>;
    /** Replaces attributes that only the server itself writes (relax control, draft-zeilenga-ldap-relax). */
    modifyRelaxed(dn: string, attributes: Readonly<Record<string, string>>): Promise<void>;
  };

/**
 * Starts OpenLDAP with the ppolicy and memberof overlays on free ports of 127.0.0.1, as any user, in about half a second.
 * Policies are told in slapd-seed.ts, people in seed-people.ts, rights in slapd-configuration.ts. Start it twice for two servers.
 */
export async function startSlapd(options: SlapdOptions = {}): Promise<SlapdServer> {
  const folder = await createScratchFolder('slapd');
  const claims = await Promise.all([claimFreePort(), claimFreePort()]);
  const clear = async (): Promise<void> => {
    await removeScratchFolder(folder);
    for (const claim of claims) claim.release();
  };
  let data: SlapdData;
  try {
    data = await prepare(folder, { ldap: claims[0].port, ldaps: claims[1].port }, options);
  } catch (error) {
    await clear();
    throw error;
  }
  const control = await startControlled({ launch: () => launch(folder, data), clear });
  try {
    const trusted = { ...data.admin, url: data.url, caPem: data.caPem, trustAnyCertificate: true };
    await withLdap(trusted, async (client) => {
      if (options.empty === true || options.readOnly === true) return;
      for (const [dn, member] of seedGroupEntries(data.peopleDn, data.groupsDn)) {
        await client.add(dn, { objectClass: 'groupOfNames', member: [...member] });
      }
    });
  } catch (error) {
    await control.stop();
    throw error;
  }
  const dump = async (): Promise<string> => (await run('slapcat', ['-o', 'ldif-wrap=no', '-f', join(folder, 'slapd.conf')])).stdout;
  const modifyRelaxed = (dn: string, attributes: Readonly<Record<string, string>>): Promise<void> =>
    withLdap({ ...data.admin, url: data.url, caPem: data.caPem, trustAnyCertificate: true }, (client) =>
      client.modify(dn, replaceAttributes(attributes), [new Control('1.3.6.1.4.1.4203.666.5.12', { critical: true })]),
    );
  return withControl({ ...connectSlapd(data), dump, modifyRelaxed }, control);
}

/** Makes the working object for a running OpenLDAP from its data. */
export function connectSlapd(data: SlapdData): SlapdDirectory {
  return connectLdapDirectory(data, { pwdReset: 'TRUE' });
}

async function prepare(
  folder: string,
  ports: { readonly ldap: number; readonly ldaps: number },
  options: SlapdOptions,
): Promise<SlapdData> {
  const authority = options.certificateAuthority ?? (await createCertificateAuthority(join(folder, 'ca')));
  const issued = await authority.issue({
    name: `slapd-${ports.ldaps}`,
    altNames: options.certificateNames ?? ['DNS:localhost', 'IP:127.0.0.1'],
    expired: options.expiredCertificate ?? false,
    ...(options.certificateEndsInDays === undefined ? {} : { endsInDays: options.certificateEndsInDays }),
  });
  const data: SlapdData = {
    kind: 'openldap',
    url: `ldaps://127.0.0.1:${ports.ldaps}`,
    ldapUrl: `ldap://127.0.0.1:${ports.ldap}`,
    host: '127.0.0.1',
    baseDn: slapdBaseDn,
    peopleDn: slapdDns.people,
    groupsDn: slapdDns.groups,
    caPem: authority.caPem,
    caFile: authority.caFile,
    admin: { dn: slapdDns.admin, name: slapdDns.admin, password: 'Adm1n-Passw0rd!' },
    service: { dn: slapdDns.service, name: slapdDns.service, password: 'Service-Passw0rd-1!' },
    readOnly: { dn: slapdDns.readOnly, name: slapdDns.readOnly, password: 'Reader-Passw0rd-1!' },
  };
  await load(folder, data, issued, options);
  return data;
}

async function load(folder: string, data: SlapdData, issued: IssuedCertificate, options: SlapdOptions): Promise<void> {
  mkdirSync(join(folder, 'db'));
  mkdirSync(join(folder, 'other'));
  const confFile = join(folder, 'slapd.conf');
  const conf = slapdConf({
    folder,
    adminPassword: data.admin.password,
    certificateFile: issued.certificateFile,
    keyFile: issued.keyFile,
    caFile: data.caFile,
    requireTls: options.requireTls ?? true,
    noSync: options.noSync ?? true,
    useLockout: options.useLockout ?? true,
    configPassword: options.configPassword ?? null,
    globalLines: options.globalLines ?? [],
    databaseLines: [...(options.databaseLines ?? []), ...(options.readOnly === true ? ['readonly on'] : [])],
    accessLines: options.accessLines ?? null,
    otherDatabase: options.otherDatabase ?? null,
    hashCleartext: options.hashCleartext ?? true,
  });
  await writeFile(confFile, conf, { mode: 0o600 });
  if (options.empty === true) return;
  const seedFile = join(folder, 'seed.ldif');
  await writeSlapdSeed(seedFile, {
    servicePassword: data.service.password,
    readOnlyPassword: data.readOnly.password,
    generatedUsers: options.generatedUsers ?? 0,
  });
  await run('slapadd', ['-q', '-f', confFile, '-b', data.baseDn, '-l', seedFile]);
  if (options.otherDatabase === undefined) return;
  const otherFile = join(folder, 'other.ldif');
  await writeFile(otherFile, options.otherDatabase.ldif);
  await run('slapadd', ['-q', '-f', confFile, '-b', options.otherDatabase.suffix, '-l', otherFile]);
}

function launch(folder: string, data: SlapdData): Promise<ServerProcess> {
  return startReadyProcess(
    'slapd',
    {
      command: 'slapd',
      // Debug level 0 keeps it in the foreground, where we know its process id.
      args: ['-d', '0', '-f', join(folder, 'slapd.conf'), '-h', `${data.ldapUrl} ${data.url}`],
      logFile: join(folder, 'slapd.log'),
      folder,
    },
    // Readiness is asked without looking at the certificate, which a test may have made bad on purpose.
    () => withLdap({ ...data.admin, url: data.url, caPem: data.caPem, trustAnyCertificate: true }, async () => {}),
  );
}
