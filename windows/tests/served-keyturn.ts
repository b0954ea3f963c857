import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type TOTP, URI } from 'otpauth';
import { stringify } from 'yaml';
import { configurationDocument, writeSettings } from '../../test/cli/run-command.ts';
import { codeIn, holdsCode, until } from '../../test/scenarios/start-keyturn.ts';
import { claimFreePort } from '../../test/servers/free-address.ts';
import { run, startReadyProcess } from '../../test/servers/processes.ts';
import type { SambaServer } from '../../test/servers/samba.ts';
import { createScratchFolder, removeScratchFolder } from '../../test/servers/scratch.ts';
import { startSmtp } from '../../test/servers/smtp.ts';
import type { ReceivedMessage } from '../../test/servers/smtp-protocol.ts';

const keyturnProgram = join(import.meta.dirname, '../../bin/keyturn.js');

/** Somebody who can recover by e-mail and an authenticator app. */
export interface Enrolled {
  readonly address: string;
  /** The code that the app shows now. */
  totp(): string;
}

/** `keyturn serve` in a process of its own, with a directory, a mail server and settings as an operator gives them. */
export interface ServedKeyturn {
  readonly url: string;
  /** Enrols an account by the commands of the handbook. */
  enrol(login: string): Promise<Enrolled>;
  /** The code of the first code mail to that address; waits for it. */
  mailedCode(address: string): Promise<string>;
  stop(): Promise<void>;
}

/** Starts one for a domain; `publicUrl` is where people reach it. */
export async function serveKeyturn(samba: SambaServer, publicUrl: string): Promise<ServedKeyturn> {
  const folder = await createScratchFolder('served-keyturn');
  const [claim, smtp] = await Promise.all([claimFreePort(), startSmtp()]);
  const settings = writeSettings(folder, { listen: { port: claim.port } });
  const secret = join(folder, 'directory-password');
  writeFileSync(secret, samba.service.password, { mode: 0o600 });
  const document = join(folder, 'configuration.yaml');
  const directory = {
    kind: 'active-directory',
    id: 'ad',
    label: 'Active Directory',
    servers: [{ url: samba.url }],
    tls: { caFile: samba.caFile, serverName: samba.host },
    baseDn: samba.baseDn,
    serviceAccount: { name: samba.service.name, password: `file:${secret}` },
  };
  const mail = {
    kind: 'smtp',
    from: 'Harbour Hospital <it@example.test>',
    servers: [{ host: smtp.host, port: smtp.port, security: 'none' }],
  };
  const organisation = { name: 'Harbour Hospital', publicUrl };
  writeFileSync(document, stringify(configurationDocument({ organisation, directories: [directory], mail })));
  const command = async (...words: string[]) =>
    (await run(process.execPath, [keyturnProgram, '--config', settings, ...words], { env: { USER: 'operator', NODE_OPTIONS: '' } })).stdout;
  await command('config', 'apply', document);
  const url = `http://127.0.0.1:${claim.port}`;
  const server = await startReadyProcess(
    'keyturn serve',
    {
      command: process.execPath,
      args: [keyturnProgram, '--config', settings, 'serve'],
      env: { NODE_OPTIONS: '' },
      logFile: join(folder, 'log'),
      folder,
    },
    async () => {
      if (!(await fetch(`${url}/readyz`)).ok) throw new Error('not ready');
    },
  );
  return {
    url,
    async enrol(login) {
      const address = `${login}@home.example.test`;
      await command('enrolment', 'add', login, '--kind', 'email', '--address', address);
      const said = await command('enrolment', 'add', login, '--kind', 'totp');
      const app = URI.parse(/otpauth:\S+/.exec(said)?.[0] ?? '') as TOTP;
      return { address, totp: () => app.generate() };
    },
    async mailedCode(address) {
      let mail: ReceivedMessage | undefined;
      await until(async () => {
        mail = (await smtp.messages()).find((message) => message.to.includes(address) && holdsCode(message));
        return mail !== undefined;
      }, `a code for ${address}`);
      return codeIn(mail ?? { text: '' });
    },
    async stop() {
      await server.stop();
      await smtp.stop();
      claim.release();
      await removeScratchFolder(folder);
    },
  };
}
