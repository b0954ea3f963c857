import { cpSync, mkdirSync, rmSync } from 'node:fs';
import { chmod, writeFile } from 'node:fs/promises';
import { userInfo } from 'node:os';
import { basename, join } from 'node:path';
import { type CertificateAuthority, createCertificateAuthority, type IssuedCertificate } from './certificate-authority.ts';
import { ds389Acis, ds389BaseDn, ds389Dns, ds389Folders, dseLdif } from './ds389-configuration.ts';
import { claimFreePort } from './free-address.ts';
import { connectLdapDirectory, type LdapDirectory, type LdapDirectoryData } from './ldap-directory.ts';
import { replaceAttributes, withLdap } from './ldap-session.ts';
import { requireProgram, run, type ServerProcess, startReadyProcess } from './processes.ts';
import { createScratchFolder, removeScratchFolder } from './scratch.ts';
import { seedPassword, seedPeople } from './seed-people.ts';
import { type ServerControl, startControlled, withControl } from './server-control.ts';
import { personAttributes, seedGroupEntries } from './slapd-seed.ts';

export interface Ds389Options {
  /** Refuses a simple bind without TLS; true unless told. */
  readonly requireTls?: boolean;
  /** Issues the server's certificate; one of its own unless told. */
  readonly certificateAuthority?: CertificateAuthority;
  /** The certificate presented is past its end. */
  readonly expiredCertificate?: boolean;
  /** Names in the certificate instead of the right ones. */
  readonly certificateNames?: readonly string[];
}

export type Ds389Data = LdapDirectoryData<'389ds'>;
export type Ds389Directory = LdapDirectory<'389ds'>;

/** A real 389 Directory Server that this process started. */
export type Ds389Server = Ds389Directory & ServerControl;

/**
 * Starts 389 Directory Server on free ports of 127.0.0.1, as any user, in about two seconds. The global policy and the rights are
 * told in ds389-configuration.ts, the people in seed-people.ts (the stricter policy of one of them is not set up here). The server
 * marks what the root account sets as "must be changed"; seed people and created accounts come without that mark, unless `mustChange`
 * of createUser asks for it.
 */
export async function startDs389(options: Ds389Options = {}): Promise<Ds389Server> {
  const folder = await createScratchFolder('ds389');
  const claims = await Promise.all([claimFreePort(), claimFreePort()]);
  const clear = async (): Promise<void> => {
    await removeScratchFolder(folder);
    // Named after the config folder; the server leaves it behind.
    rmSync(`/dev/shm/sem.${basename(folder)}.stats`, { force: true });
    for (const claim of claims) claim.release();
  };
  const configFolder = join(folder, basename(folder));
  let data: Ds389Data;
  try {
    data = await prepare(folder, configFolder, { ldap: claims[0].port, ldaps: claims[1].port }, options);
  } catch (error) {
    await clear();
    throw error;
  }
  const control = await startControlled({ launch: () => launch(folder, configFolder, data), clear, graceMs: 15_000 });
  try {
    await seed(data);
  } catch (error) {
    await control.stop();
    throw error;
  }
  return withControl(connectDs389(data), control);
}

/** Makes the working object for a running 389 Directory Server from its data. */
export function connectDs389(data: Ds389Data): Ds389Directory {
  const directory = connectLdapDirectory(data, mustChangeMark);
  return {
    ...directory,
    async createUser(user) {
      const created = await directory.createUser({ ...user, mustChange: false });
      if (user.password !== undefined) await directory.modify(created.dn, user.mustChange ? mustChangeMark : validPassword());
      return created;
    },
    async setPassword(dn, password) {
      await directory.setPassword(dn, password);
      await directory.modify(dn, validPassword());
    },
  };
}

/** With passwordMustChange on, this expiration time is how the server marks a password that an administrator set. */
const mustChangeMark = { passwordExpirationTime: '19700101000000Z' } as const;

/** A password that is good for ninety days, as after the person's own change. */
function validPassword(): { readonly passwordExpirationTime: string } {
  const end = new Date(Date.now() + 90 * 86_400_000);
  return { passwordExpirationTime: `${end.toISOString().replace(/\D/g, '').slice(0, 14)}Z` };
}

async function prepare(
  folder: string,
  configFolder: string,
  ports: { readonly ldap: number; readonly ldaps: number },
  options: Ds389Options,
): Promise<Ds389Data> {
  requireProgram('ns-slapd');
  for (const name of ds389Folders) mkdirSync(join(folder, name));
  mkdirSync(configFolder);
  cpSync('/etc/dirsrv/config', configFolder, { recursive: true });
  cpSync('/etc/dirsrv/schema', join(configFolder, 'schema'), { recursive: true });
  const authority = options.certificateAuthority ?? (await createCertificateAuthority(join(folder, 'ca')));
  const issued = await authority.issue({
    name: `ds389-${ports.ldaps}`,
    altNames: options.certificateNames ?? ['DNS:localhost', 'IP:127.0.0.1'],
    expired: options.expiredCertificate ?? false,
  });
  await importCertificate(configFolder, authority, issued);
  const adminPassword = 'Adm1n-Passw0rd!';
  const ldif = await dseLdif({
    folder,
    configFolder,
    port: ports.ldap,
    securePort: ports.ldaps,
    adminPassword,
    user: userInfo().username,
    requireTls: options.requireTls ?? true,
  });
  await writeFile(join(configFolder, 'dse.ldif'), ldif, { mode: 0o600 });
  return {
    kind: '389ds',
    url: `ldaps://127.0.0.1:${ports.ldaps}`,
    ldapUrl: `ldap://127.0.0.1:${ports.ldap}`,
    host: '127.0.0.1',
    baseDn: ds389BaseDn,
    peopleDn: ds389Dns.people,
    groupsDn: ds389Dns.groups,
    caPem: authority.caPem,
    caFile: authority.caFile,
    admin: { dn: ds389Dns.admin, name: ds389Dns.admin, password: adminPassword },
    service: { dn: ds389Dns.service, name: ds389Dns.service, password: 'Service-Passw0rd-1!' },
    readOnly: { dn: ds389Dns.readOnly, name: ds389Dns.readOnly, password: 'Reader-Passw0rd-1!' },
  };
}

/** Puts key and certificates into the NSS database the server reads, under the name its template expects. */
async function importCertificate(configFolder: string, authority: CertificateAuthority, issued: IssuedCertificate): Promise<void> {
  const database = `sql:${configFolder}`;
  const pinFile = join(configFolder, 'pwdfile.txt');
  const bundle = join(configFolder, 'server.p12');
  await writeFile(pinFile, 'nss-pin', { mode: 0o600 });
  await writeFile(join(configFolder, 'pin.txt'), 'Internal (Software) Token:nss-pin\n', { mode: 0o600 });
  await run('certutil', ['-N', '-d', database, '-f', pinFile]);
  await run('certutil', ['-A', '-d', database, '-f', pinFile, '-n', 'CA', '-t', 'CT,,', '-a', '-i', authority.caFile]);
  await run('openssl', [
    'pkcs12',
    '-export',
    '-inkey',
    issued.keyFile,
    '-in',
    issued.certificateFile,
    '-name',
    'Server-Cert',
    '-passout',
    'pass:x',
    '-out',
    bundle,
  ]);
  await run('pk12util', ['-i', bundle, '-d', database, '-k', pinFile, '-W', 'x']);
  await chmod(bundle, 0o600);
}

async function seed(data: Ds389Data): Promise<void> {
  const trusted = { ...data.admin, url: data.url, caPem: data.caPem, trustAnyCertificate: true };
  await withLdap(trusted, async (client) => {
    await client.modify('cn=config', replaceAttributes({ aci: ds389Acis('cn=config') }));
    await client.add(data.baseDn, { objectClass: 'domain', dc: 'example', aci: ds389Acis(data.baseDn) });
    for (const ou of ['services', 'groups', 'outside']) {
      await client.add(`ou=${ou},${data.baseDn}`, { objectClass: 'organizationalUnit', ou });
    }
    await client.add(data.peopleDn, { objectClass: 'organizationalUnit', ou: 'people' });
    for (const dn of [data.peopleDn, data.groupsDn]) await client.modify(dn, replaceAttributes({ aci: ds389Acis(dn) }));
    for (const account of [data.service, data.readOnly]) {
      await client.add(account.dn, {
        objectClass: ['applicationProcess', 'simpleSecurityObject'],
        userPassword: account.password,
      });
    }
    for (const person of seedPeople) {
      await client.add(`uid=${person.login},${data.peopleDn}`, {
        ...personAttributes(person),
        userPassword: seedPassword,
        ...(person.disabled ? { nsAccountLock: 'true' } : {}),
      });
    }
    const outside = { login: 'outside', givenName: 'Otto', surname: 'Outside', mail: 'outside@example.test' };
    await client.add(`uid=outside,${ds389Dns.outside}`, { ...personAttributes(outside), userPassword: seedPassword });
    for (const [dn, member] of seedGroupEntries(data.peopleDn, data.groupsDn)) {
      await client.add(dn, { objectClass: 'groupOfNames', member: [...member] });
    }
    // The server marks each password the root account writes as "must be changed"; these are to count as the people's own.
    const people = seedPeople.map((person) => `uid=${person.login},${data.peopleDn}`);
    for (const dn of [data.service.dn, data.readOnly.dn, `uid=outside,${ds389Dns.outside}`, ...people]) {
      await client.modify(dn, replaceAttributes(validPassword()));
    }
  });
}

function launch(folder: string, configFolder: string, data: Ds389Data): Promise<ServerProcess> {
  return startReadyProcess(
    'ns-slapd',
    {
      command: 'ns-slapd',
      // Debug level 0 keeps it in the foreground, where we know its process id.
      args: ['-D', configFolder, '-i', join(folder, 'run', 'slapd.pid'), '-d', '0'],
      logFile: join(folder, 'log', 'stdout'),
      folder,
    },
    // Readiness is asked without looking at the certificate, which a test may have made bad on purpose.
    () => withLdap({ ...data.admin, url: data.url, caPem: data.caPem, trustAnyCertificate: true }, async () => {}),
  );
}
