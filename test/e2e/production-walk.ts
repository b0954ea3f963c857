import { copyFileSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type TOTP, URI } from 'otpauth';
import type { Browser } from 'playwright-core';
import { parse } from 'yaml';
import type { CertificateAuthority } from '../servers/certificate-authority.ts';
import type { Machine } from '../servers/machine.ts';
import { run } from '../servers/processes.ts';
import type { ReceivedMessage, SmtpProcessOptions } from '../servers/smtp-protocol.ts';
import { openPage } from './browser.ts';
import { createWalk, type Walk } from './walk.ts';

/** The portal of the handbook's examples. */
export const PORTAL = 'password.example.com';
const MAIL_PASSWORD = 'Mail-Passw0rd-1';
const CONTROL_PORT = 8025;

/** The one code block of a page of the handbook in this language that has this text in it. */
export function handbookBlock(page: string, language: string, containing: string): string {
  const text = readFileSync(`docs/handbook/${page}.md`, 'utf8');
  const blocks = [...text.matchAll(/^```(\w*)\n([\s\S]*?)^```$/gm)]
    .filter(([, of, block = '']) => of === language && block.includes(containing))
    .map(([, , block = '']) => block);
  const [found] = blocks;
  if (found === undefined || blocks.length !== 1) throw new Error(`${page} has ${blocks.length} blocks "${language}" with "${containing}"`);
  return found;
}

/** The settings that a block of a page shows. */
export function handbookSettings(page: string, containing: string): Record<string, unknown> {
  return parse(handbookBlock(page, 'yaml', containing)) as Record<string, unknown>;
}

/** Builds the package in a folder and says where it is. */
export async function buildDebianPackage(folder: string, version: string): Promise<string> {
  const { stdout } = await run('sh', ['scripts/build-deb.sh', folder, version], {
    env: { KEYTURN_DEB_COMPRESSION: '-Znone' },
    timeoutMs: 600_000,
  });
  return stdout.trim();
}

/** Puts the one package that the handbook installs into place: /tmp/keyturn_*.deb. */
export async function bringPackage(machine: Machine, file: string): Promise<void> {
  await machine.sh('rm -f /tmp/keyturn_*.deb');
  copyFileSync(file, machine.at(join('/tmp', file.split('/').at(-1) ?? '')));
}

/** Installs the package that was brought, by the line of a page. */
export async function installPackage(machine: Machine, page: 'install' | 'upgrade'): Promise<void> {
  const lines = handbookBlock(page, 'sh', 'apt-get install').split('\n');
  const line = lines.find((each) => each.startsWith('apt-get install'));
  if (line === undefined) throw new Error(`${page} installs nothing`);
  await machine.sh(line);
}

/** The web server of a page in front, with a certificate for the portal. */
export async function startWebServer(machine: Machine, authority: CertificateAuthority, configuration: string): Promise<void> {
  await bringCertificate(machine, authority, [PORTAL], { certificate: `/etc/ssl/${PORTAL}.pem`, key: `/etc/ssl/${PORTAL}.key` });
  await machine.write('/etc/nginx/conf.d/keyturn.conf', configuration);
  await machine.sh('systemctl start nginx');
  await waitUntilServed(machine);
}

/** A certificate and its key, as PEM files of the machine. */
export async function bringCertificate(
  machine: Machine,
  authority: CertificateAuthority,
  names: readonly string[],
  place: { readonly certificate: string; readonly key: string; readonly owner?: string },
): Promise<void> {
  const issued = await authority.issue({ name: names[0] ?? '', altNames: names.map((name) => `DNS:${name}`) });
  await machine.write(place.certificate, readFileSync(issued.certificateFile, 'utf8'));
  await machine.write(place.key, issued.keyPem, 0o600);
  if (place.owner !== undefined) await machine.sh(`chown ${place.owner} ${place.key}`);
}

export interface Mailbox {
  /** The newest mail for an address after that many; waits for one. */
  waitForMessage(to: string, after?: number): Promise<ReceivedMessage>;
  count(): Promise<number>;
}

/** The mail server of the handbook, mail.example.com with STARTTLS and an account, as a service of the machine. */
export async function startMailServer(machine: Machine, authority: CertificateAuthority): Promise<Mailbox> {
  const place = { certificate: '/etc/mail.pem', key: '/etc/mail.key' };
  await bringCertificate(machine, authority, ['mail.example.com'], place);
  const options: SmtpProcessOptions = {
    port: 587,
    controlPort: CONTROL_PORT,
    security: 'starttls',
    certificateFile: place.certificate,
    keyFile: place.key,
    login: { user: 'keyturn', password: MAIL_PASSWORD },
  };
  await machine.write('/etc/mail.json', JSON.stringify(options));
  const program = join(import.meta.dirname, '..', 'servers', 'smtp-process.ts');
  await machine.sh(`systemd-run --unit=mail sh -c 'exec "${process.execPath}" "${program}" "$(cat /etc/mail.json)"'`);
  const messages = async (): Promise<ReceivedMessage[]> => {
    const script = `fetch("http://127.0.0.1:${CONTROL_PORT}/messages").then((it) => it.text()).then((it) => process.stdout.write(it))`;
    return JSON.parse(await machine.sh(`"${process.execPath}" -e '${script}'`)) as ReceivedMessage[];
  };
  return {
    count: async () => (await messages()).length,
    async waitForMessage(to, after = 0) {
      const deadline = performance.now() + 60_000;
      for (;;) {
        const found = (await messages()).findLast((message) => message.number > after && message.to.includes(to));
        if (found !== undefined) return found;
        if (performance.now() > deadline) throw new Error(`no mail for ${to}`);
      }
    },
  };
}

/** Secrets that only the service reads, where the settings of the handbook say. */
export async function bringSecrets(machine: Machine, secrets: Readonly<Record<string, string>>): Promise<void> {
  for (const [path, text] of Object.entries({ '/etc/keyturn/mail-password': MAIL_PASSWORD, ...secrets })) {
    await machine.write(path, text, 0o600);
    await machine.sh(`chown keyturn:keyturn ${path}`);
  }
}

/** Waits until what nginx passes on to answers that it is ready. */
export async function waitUntilServed(machine: Machine, url = `https://${PORTAL}/readyz`): Promise<void> {
  const script = `process.env.NODE_TLS_REJECT_UNAUTHORIZED = "0"; fetch("${url}").then((it) => process.exit(it.ok ? 0 : 1), () => process.exit(1))`;
  const deadline = performance.now() + 60_000;
  while ((await machine.tries(`"${process.execPath}" -e '${script}'`)).exitCode !== 0) {
    if (performance.now() > deadline) throw new Error(`not served: ${await machine.sh('journalctl -u keyturn -n 30 --no-pager')}`);
  }
}

/** Enrols Alice by the commands of the handbook. Returns her authenticator. */
export async function enrolAlice(machine: Machine): Promise<TOTP> {
  const said = await machine.sh(handbookBlock('enrolment', 'sh', 'alice@home.example'));
  const list = await machine.sh('keyturn enrolment list alice');
  if (!list.includes('can recover by email + totp')) throw new Error(`the handbook promises otherwise: ${list}`);
  return URI.parse(/otpauth:\S+/.exec(said)?.[0] ?? '') as TOTP;
}

/** Alice at the portal, who has forgotten her password and named her account. Her browser is in the machine's network. */
export async function aliceBegins(browser: Browser): Promise<Walk> {
  const origin = `https://${PORTAL}`;
  const { page } = await openPage(browser, origin, { ignoreHTTPSErrors: true });
  const walk = createWalk(page, origin);
  await walk.open();
  await walk.chooseGoal('reset-password');
  await walk.nameAccount('alice');
  await walk.chooseFactor('email');
  return walk;
}
