import type { Browser } from 'playwright-core';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { stringify } from 'yaml';
import { codeIn } from '../scenarios/start-keyturn.ts';
import { type CertificateAuthority, createCertificateAuthority } from '../servers/certificate-authority.ts';
import { type Machine, startMachine } from '../servers/machine.ts';
import { createScratchFolder, removeScratchFolder } from '../servers/scratch.ts';
import { CHROMIUM, launchBrowser } from './browser.ts';
import {
  aliceBegins,
  bringCertificate,
  bringPackage,
  bringSecrets,
  buildDebianPackage,
  enrolAlice,
  handbookBlock,
  handbookSettings,
  installPackage,
  PORTAL,
  startMailServer,
  startWebServer,
  waitUntilServed,
} from './production-walk.ts';

/** Addresses of the page on several nodes: the load balancer's and the nodes'. */
const [BALANCER, ...NODES] = ['10.0.0.5', '10.0.0.7', '10.0.0.8'] as const;
const LDAP_PASSWORD = 'Service-Passw0rd-1';
const OLD_PASSWORD = 'Forgotten-harbour-12';
const NEW_PASSWORD = 'Quiet-harbour-at-n00n';

let folder: string;
let authority: CertificateAuthority;
let browser: Browser;
const nodes: Machine[] = [];

beforeEach(async () => {
  folder = await createScratchFolder('production');
  authority = await createCertificateAuthority(`${folder}/ca`);
  const hosts = [`${BALANCER} ${PORTAL}`, '127.0.0.1 ldap1.example.com ldap2.example.com db.example.org mail.example.com'];
  const first = await startMachine({ name: 'node-1', addresses: [BALANCER, ...NODES], hosts });
  nodes.push(first);
  nodes.push(await startMachine({ name: 'node-2', beside: first, hosts }));
  // What goes from the load balancer to a node comes from its address, though all of them are of one machine here.
  await first.sh(NODES.map((it) => `ip route change local ${it} dev lo table local src ${BALANCER}`).join('\n'));
  browser = await launchBrowser({
    executablePath: await first.networkWrapper(CHROMIUM),
    args: [`--host-resolver-rules=MAP ${PORTAL} ${BALANCER}`],
  });
});
afterEach(async () => {
  await browser?.close();
  // The second one lives in the network of the first.
  for (const node of nodes.splice(0).toReversed()) await node.stop();
  await removeScratchFolder(folder);
});

/** slapd as Debian's package sets it up, with people, and then the rights of the handbook. */
async function setUpDirectory(machine: Machine): Promise<void> {
  await machine.sh(`
rm -rf /etc/ldap/slapd.d/* /var/lib/ldap/*
debconf-set-selections <<'END'
slapd slapd/domain string example.com
slapd shared/organization string Example
slapd slapd/password1 password Admin-Passw0rd-1
slapd slapd/password2 password Admin-Passw0rd-1
slapd slapd/no_configuration boolean false
slapd slapd/purge_database boolean true
slapd slapd/move_old_database boolean true
END
DEBIAN_FRONTEND=noninteractive dpkg-reconfigure slapd 2>&1
sed -i 's|^SLAPD_SERVICES=.*|SLAPD_SERVICES="ldap:/// ldaps:/// ldapi:///"|' /etc/default/slapd`);
  await bringCertificate(machine, authority, ['ldap1.example.com', 'ldap2.example.com'], {
    certificate: '/etc/ldap/server.pem',
    key: '/etc/ldap/server.key',
    owner: 'openldap',
  });
  await machine.write('/etc/ldap/ca.pem', authority.caPem);
  await machine.write(
    '/tmp/server.ldif',
    `dn: cn=config
changetype: modify
replace: olcTLSCACertificateFile
olcTLSCACertificateFile: /etc/ldap/ca.pem
-
replace: olcTLSCertificateFile
olcTLSCertificateFile: /etc/ldap/server.pem
-
replace: olcTLSCertificateKeyFile
olcTLSCertificateKeyFile: /etc/ldap/server.key

dn: cn=module{0},cn=config
changetype: modify
add: olcModuleLoad
olcModuleLoad: ppolicy

dn: olcOverlay=ppolicy,olcDatabase={1}mdb,cn=config
changetype: add
objectClass: olcPPolicyConfig
olcOverlay: ppolicy
olcPPolicyDefault: cn=default,ou=policies,dc=example,dc=com
`,
  );
  await machine.write(
    '/tmp/people.ldif',
    `${['people', 'groups', 'services', 'policies']
      .map((ou) => `dn: ou=${ou},dc=example,dc=com\nobjectClass: organizationalUnit\n`)
      .join('\n')}
dn: cn=default,ou=policies,dc=example,dc=com
objectClass: device
objectClass: pwdPolicy
pwdAttribute: userPassword
pwdMinLength: 12
pwdCheckQuality: 2
pwdLockout: TRUE
pwdMaxFailure: 5
pwdMustChange: TRUE
pwdLockoutDuration: 900

dn: cn=keyturn,ou=services,dc=example,dc=com
objectClass: applicationProcess
objectClass: simpleSecurityObject
userPassword: ${LDAP_PASSWORD}

dn: uid=alice,ou=people,dc=example,dc=com
objectClass: inetOrgPerson
cn: Alice Adams
sn: Adams
mail: alice@example.com
userPassword: ${OLD_PASSWORD}

dn: cn=Administrators,ou=groups,dc=example,dc=com
objectClass: groupOfNames
member: cn=admin,dc=example,dc=com
`,
  );
  await machine.sh(`
systemctl restart slapd
timeout 60 sh -c 'until ldapwhoami -Q -Y EXTERNAL -H ldapi:/// >/dev/null 2>&1; do sleep 0.1; done'
ldapmodify -Q -Y EXTERNAL -H ldapi:/// -f /tmp/server.ldif
ldapadd -x -D cn=admin,dc=example,dc=com -w Admin-Passw0rd-1 -H ldapi:/// -f /tmp/people.ldif`);
  await machine.write('/root/keyturn-access.ldif', handbookBlock('directories/openldap', 'ldif', 'add: olcAccess'));
  await machine.sh(`cd /root\n${handbookBlock('directories/openldap', 'sh', 'keyturn-access.ldif')}`);
}

async function setUpDatabase(machine: Machine): Promise<string> {
  await machine.sh('systemctl start postgresql@15-main');
  const sql = handbookBlock('database', 'sql', 'create role').replace("'...'", "'Database-Passw0rd-1'");
  await machine.write('/tmp/database.sql', sql);
  await machine.sh('runuser -u postgres -- psql -v ON_ERROR_STOP=1 -f /tmp/database.sql');
  return 'postgres://keyturn:Database-Passw0rd-1@db.example.org/keyturn';
}

/** The settings of the pages, put together as they say. */
function settings(address: string): string {
  const { mail, ...installed } = (handbookSettings('install', 'configuration:') as { configuration: Record<string, unknown> })
    .configuration;
  const { directories } = handbookSettings('directories/openldap', 'kind: openldap');
  const boot = handbookSettings('several-nodes', 'listen:') as { listen: object };
  const [server] = (mail as { servers: object[] }).servers;
  return stringify({
    ...boot,
    listen: { ...boot.listen, host: address },
    configuration: {
      ...installed,
      directories,
      // Its authority is not a public one.
      mail: { ...(mail as object), servers: [{ ...server, caFile: '/etc/keyturn/example-ca.pem' }] },
    },
  });
}

it('the handbook, followed word by word on empty machines, ends in a recovery on OpenLDAP with PostgreSQL, nginx and two nodes', {
  timeout: 900_000,
}, async () => {
  const [first, second] = nodes as [Machine, Machine];
  const packages = { old: await buildDebianPackage(folder, '0.1.0'), newer: await buildDebianPackage(folder, '0.1.1') };
  await setUpDirectory(first);
  const databaseUrl = await setUpDatabase(first);
  const mail = await startMailServer(first, authority);

  for (const [index, node] of nodes.entries()) {
    await bringPackage(node, packages.old);
    await installPackage(node, 'install');
    if (index > 0) await node.write('/etc/keyturn/key', await first.sh('cat /etc/keyturn/key'), 0o600);
    await bringSecrets(node, { '/etc/keyturn/database-url': databaseUrl, '/run/secrets/ldap-password': LDAP_PASSWORD });
    await node.write('/etc/keyturn/ldap-ca.pem', authority.caPem);
    await node.write('/etc/keyturn/example-ca.pem', authority.caPem);
    await node.write('/etc/keyturn/keyturn.yaml', settings(NODES[index] ?? ''), 0o640);
    await node.sh('chown keyturn:keyturn /etc/keyturn/key /etc/keyturn/keyturn.yaml');
    if (index === 0) {
      const said = await node.sh(handbookBlock('install', 'sh', 'config check'));
      expect(said).toContain('It is empty: the first start makes its tables');
      expect(said).toMatch(/, 0 failed\n$/);
    }
    await node.sh(handbookBlock('install', 'sh', 'systemctl enable'));
  }
  await startWebServer(first, authority, handbookBlock('several-nodes', 'nginx', 'upstream keyturn'));
  const authenticator = await enrolAlice(second);

  const walk = await aliceBegins(browser);
  const code = codeIn(await mail.waitForMessage('alice@home.example'));
  // Both nodes die as by a cut of power, and systemd starts them anew.
  for (const node of nodes) await node.sh('systemctl kill --kill-whom=main --signal=KILL keyturn');
  for (const address of NODES) await waitUntilServed(first, `http://${address}:8080/readyz`);
  await walk.giveCode('email', code);
  await walk.at('code.title.totp');

  // A newer release, as the page on upgrading says for several nodes.
  for (const node of nodes) await node.sh('systemctl stop keyturn');
  for (const node of nodes) {
    await bringPackage(node, packages.newer);
    await installPackage(node, 'upgrade');
    await node.sh('systemctl start keyturn');
    expect(await node.sh('keyturn --version')).toBe('0.1.1\n');
  }
  for (const address of NODES) await waitUntilServed(first, `http://${address}:8080/readyz`);
  await walk.giveCode('totp', authenticator.generate());
  await walk.typePassword(NEW_PASSWORD);
  // One node is taken out of service; the other one sets the password.
  await second.sh('systemctl stop keyturn');
  await walk.press('new-password.save');
  await walk.at('done.title.password-reset');

  const whoami = (password: string) =>
    first.tries(
      `LDAPTLS_CACERT=/etc/ldap/ca.pem ldapwhoami -x -H ldaps://ldap1.example.com -D uid=alice,ou=people,dc=example,dc=com -w '${password}'`,
    );
  expect((await whoami(NEW_PASSWORD)).exitCode).toBe(0);
  expect((await whoami(OLD_PASSWORD)).exitCode).toBe(49);
  expect(await first.sh('keyturn audit verify')).toContain('whole');
  // The authority of this test is no public one.
  const judged = await first.sh('NODE_EXTRA_CA_CERTS=/etc/keyturn/example-ca.pem keyturn doctor');
  expect(judged).toMatch(/^\d+ ok, 0 to look at, 0 failed\n$/m);
});
