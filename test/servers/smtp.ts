import { readFileSync, renameSync, writeFileSync } from 'node:fs';
import { createConnection } from 'node:net';
import { join } from 'node:path';
import { type CertificateAuthority, createCertificateAuthority } from './certificate-authority.ts';
import { claimFreePort } from './free-address.ts';
import { startReadyProcess } from './processes.ts';
import { createScratchFolder, removeScratchFolder } from './scratch.ts';
import { type ServerControl, startControlled, withControl } from './server-control.ts';

/** A reply code, a code with its words, or no answer at all. */
export type SmtpReply = number | readonly [number, string] | 'hang';

/** What the server says where it would otherwise say yes. */
export interface SmtpBehaviour {
  readonly greeting?: SmtpReply;
  readonly authentication?: SmtpReply;
  /** Answer to MAIL FROM. */
  readonly sender?: SmtpReply;
  /** Answer to RCPT TO. */
  readonly recipient?: SmtpReply;
  /** Answer after the message itself. */
  readonly data?: SmtpReply;
  /** Takes the message and closes the connection without saying so. */
  readonly dropAfterData?: boolean;
}

export interface SmtpOptions {
  /** `starttls` unless told. `none` does not offer STARTTLS. */
  readonly security?: 'starttls' | 'tls' | 'none';
  /** Asks for this user and password; for nothing unless told. */
  readonly credentials?: { readonly user: string; readonly password: string };
  /** Issues the server's certificate; one of its own unless told. */
  readonly certificateAuthority?: CertificateAuthority;
  readonly expiredCertificate?: boolean;
  /** Names in the certificate instead of the right ones. */
  readonly certificateNames?: readonly string[];
  readonly behaviour?: SmtpBehaviour;
}

/** What the process reads when it starts. */
export interface SmtpProcessSettings {
  readonly port: number;
  readonly security: 'starttls' | 'tls' | 'none';
  readonly user?: string;
  readonly password?: string;
  readonly certificateFile?: string;
  readonly keyFile?: string;
}

export interface ReceivedMessage {
  readonly from: string;
  readonly to: readonly string[];
  /** It came over TLS. */
  readonly secure: boolean;
  /** Whoever authenticated. */
  readonly user: string | null;
  /** The same for messages of one connection. */
  readonly session: string;
  /** Headers and body as they came. */
  readonly raw: string;
}

/** A real mail server that this process started. */
export interface SmtpServer extends ServerControl {
  readonly host: string;
  readonly port: number;
  readonly caFile: string;
  /** Everything taken so far, in order. Survives {@link ServerControl.restart}. */
  messages(): ReceivedMessage[];
  /** How many connections were made so far. */
  sessions(): number;
  /** From the next answer on, open connections included. */
  behave(behaviour: SmtpBehaviour): void;
}

/** Starts a mail server on a free port of 127.0.0.1, as any user, in about a quarter of a second. */
export async function startSmtp(options: SmtpOptions = {}): Promise<SmtpServer> {
  const folder = await createScratchFolder('smtp');
  const claim = await claimFreePort();
  const clear = async (): Promise<void> => {
    await removeScratchFolder(folder);
    claim.release();
  };
  const behave = (behaviour: SmtpBehaviour): void => {
    // Renaming is one step: the process never reads half a file.
    writeFileSync(join(folder, 'behaviour.new'), JSON.stringify(behaviour));
    renameSync(join(folder, 'behaviour.new'), join(folder, 'behaviour.json'));
  };
  let caFile: string;
  try {
    caFile = await prepare(folder, claim.port, options);
    behave(options.behaviour ?? {});
  } catch (error) {
    await clear();
    throw error;
  }
  const control = await startControlled({ launch: () => launch(folder, claim.port), clear });
  return withControl(
    {
      host: '127.0.0.1',
      port: claim.port,
      caFile,
      messages: () => lines(join(folder, 'messages.jsonl')).map((line) => JSON.parse(line) as ReceivedMessage),
      sessions: () => lines(join(folder, 'sessions.jsonl')).length,
      behave,
    },
    control,
  );
}

async function prepare(folder: string, port: number, options: SmtpOptions): Promise<string> {
  const authority = options.certificateAuthority ?? (await createCertificateAuthority(join(folder, 'ca')));
  const issued = await authority.issue({
    name: `smtp-${port}`,
    altNames: options.certificateNames ?? ['DNS:localhost', 'IP:127.0.0.1'],
    expired: options.expiredCertificate ?? false,
  });
  const settings: SmtpProcessSettings = {
    port,
    security: options.security ?? 'starttls',
    certificateFile: issued.certificateFile,
    keyFile: issued.keyFile,
    ...options.credentials,
  };
  writeFileSync(join(folder, 'settings.json'), JSON.stringify(settings), { mode: 0o600 });
  for (const file of ['messages.jsonl', 'sessions.jsonl']) writeFileSync(join(folder, file), '');
  return authority.caFile;
}

function launch(folder: string, port: number): ReturnType<typeof startReadyProcess> {
  return startReadyProcess(
    'smtp',
    {
      command: process.execPath,
      args: [join(import.meta.dirname, 'smtp-process.ts'), folder],
      logFile: join(folder, 'smtp.log'),
      folder,
    },
    () => connects(port),
  );
}

/** Whether it listens; says nothing, because the greeting may be what a test made it withhold. */
function connects(port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    const socket = createConnection({ host: '127.0.0.1', port }, () => {
      socket.destroy();
      resolve();
    });
    socket.once('error', reject);
  });
}

function lines(file: string): string[] {
  return readFileSync(file, 'utf8').split('\n').slice(0, -1);
}
