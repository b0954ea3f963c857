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

const ADMIN_PASSWORD = 'Adm1n-Passw0rd!';
const SERVICE_PASSWORD = 'Service-Passw0rd-1!';
const OLD_PASSWORD = 'Forgotten-harbour-12';
const NEW_PASSWORD = 'Quiet-harbour-at-n00n';

let folder: string;
let authority: CertificateAuthority;
let browser: Browser;
let machine: Machine;

beforeEach(async () => {
  folder = await createScratchFolder('production');
  authority = await createCertificateAuthority(`${folder}/ca`);
  machine = await startMachine({
    name: 'dc1',
    hosts: [`127.0.0.1 dc1.ad.example.com dc2.ad.example.com ad.example.com mail.example.com ${PORTAL}`],
  });
  browser = await launchBrowser({
    executablePath: await machine.networkWrapper(CHROMIUM),
    args: [`--host-resolver-rules=MAP ${PORTAL} 127.0.0.1`],
  });
});
afterEach(async () => {
  await browser?.close();
  await machine?.stop();
  await removeScratchFolder(folder);
});

/** A domain as Debian's package runs one, with people and a service account that may do nothing yet. */
async function setUpDomain(): Promise<void> {
  await bringCertificate(machine, authority, ['dc1.ad.example.com', 'dc2.ad.example.com'], {
    certificate: '/etc/samba/server.pem',
    key: '/etc/samba/server.key',
  });
  await machine.write('/etc/samba/ca.pem', authority.caPem);
  await machine.sh(
    `
rm -f /etc/samba/smb.conf
samba-tool domain provision --server-role=dc --realm=AD.EXAMPLE.COM --domain=EXAMPLE --host-name=dc1 --dns-backend=NONE \
  --adminpass='${ADMIN_PASSWORD}' --option='tls certfile=/etc/samba/server.pem' --option='tls keyfile=/etc/samba/server.key' \
  --option='tls cafile=/etc/samba/ca.pem' 2>&1
sed -i 's/^\\[global\\]/&\\nold password allowed period = 0/' /etc/samba/smb.conf
systemctl unmask samba-ad-dc 2>&1
systemctl start samba-ad-dc
cp /var/lib/samba/private/krb5.conf /etc/krb5.conf
samba-tool ou create OU=People
samba-tool group add 'Tier 0 Operators'
samba-tool user create svc-keyturn '${SERVICE_PASSWORD}'
samba-tool user create alice '${OLD_PASSWORD}' --userou=OU=People --mail-address=alice@ad.example.com`,
    { timeoutMs: 300_000 },
  );
}

function settings(): string {
  const installed = handbookSettings('install', 'configuration:') as { configuration: { mail: { servers: object[] } } };
  const { directories } = handbookSettings('directories/active-directory', 'kind: active-directory');
  const { mail } = installed.configuration;
  return stringify({
    ...installed,
    configuration: {
      ...installed.configuration,
      directories,
      // Its authority is not a public one.
      mail: { ...mail, servers: mail.servers.map((server) => ({ ...server, caFile: '/etc/keyturn/example-ca.pem' })) },
    },
  });
}

it('the handbook, followed word by word on an empty machine, ends in a recovery on Samba with SQLite', {
  timeout: 900_000,
}, async () => {
  const packages = { old: await buildDebianPackage(folder, '0.1.0'), newer: await buildDebianPackage(folder, '0.1.1') };
  await setUpDomain();
  const mail = await startMailServer(machine, authority);
  await bringPackage(machine, packages.old);
  await installPackage(machine, 'install');
  await bringSecrets(machine, { '/run/secrets/ad-password': SERVICE_PASSWORD });
  await machine.write('/etc/keyturn/ad-ca.pem', authority.caPem);
  await machine.write('/etc/keyturn/example-ca.pem', authority.caPem);
  await machine.write('/etc/keyturn/keyturn.yaml', settings(), 0o640);
  await machine.sh('chown keyturn:keyturn /etc/keyturn/keyturn.yaml');

  // The rights are those that it says are missing, pasted as they are printed.
  const check = handbookBlock('install', 'sh', 'config check');
  const missing = await machine.tries(check);
  const commands = missing.stdout
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line.startsWith('samba-tool '));
  expect(commands.length).toBeGreaterThan(0);
  for (const command of commands) await machine.sh(`echo '${ADMIN_PASSWORD}' | ${command}`);
  expect(await machine.sh(check)).toMatch(/, 0 failed\n$/);

  await machine.sh(handbookBlock('install', 'sh', 'systemctl enable'));
  await startWebServer(machine, authority, handbookBlock('install', 'nginx', 'listen 443'));
  const authenticator = await enrolAlice(machine);

  const walk = await aliceBegins(browser);
  const code = codeIn(await mail.waitForMessage('alice@home.example'));
  await machine.sh('systemctl kill --kill-whom=main --signal=KILL keyturn');
  await waitUntilServed(machine);
  await walk.giveCode('email', code);
  await walk.at('code.title.totp');

  await bringPackage(machine, packages.newer);
  await machine.sh(handbookBlock('upgrade', 'sh', 'apt-get install'));
  expect(await machine.sh('keyturn --version')).toBe('0.1.1\n');
  await waitUntilServed(machine);
  await walk.giveCode('totp', authenticator.generate());
  await walk.typePassword(NEW_PASSWORD);
  await walk.press('new-password.save');
  await walk.at('done.title.password-reset');

  const signsIn = (password: string) =>
    machine.tries(
      `LDAPTLS_CACERT=/etc/samba/ca.pem ldapsearch -x -LLL -H ldaps://dc1.ad.example.com -D alice@ad.example.com -w '${password}' -b OU=People,DC=ad,DC=example,DC=com -s base dn`,
    );
  expect((await signsIn(NEW_PASSWORD)).exitCode).toBe(0);
  expect((await signsIn(OLD_PASSWORD)).exitCode).toBe(49);
  expect(await machine.sh('keyturn audit verify')).toContain('whole');

  // A machine that is started anew serves again by itself.
  await machine.sh('systemctl stop keyturn\nsystemctl start multi-user.target --no-block');
  await waitUntilServed(machine);
});
