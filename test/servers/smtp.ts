import { join } from 'node:path';
import { type CertificateAuthority, createCertificateAuthority } from './certificate-authority.ts';
import { claimFreePort } from './free-address.ts';
import { startReadyProcess } from './processes.ts';
import { createScratchFolder, removeScratchFolder } from './scratch.ts';
import { type ServerControl, startControlled, withControl } from './server-control.ts';
import type { ReceivedMessage, SmtpMode, SmtpProcessOptions, SmtpReplyOrder } from './smtp-protocol.ts';

export interface SmtpOptions {
  /** `starttls` offers it, `tls` begins with it (RFC 8314); none unless told. */
  readonly security?: 'none' | 'starttls' | 'tls';
  /** Requires signing in with this account. */
  readonly login?: { readonly user: string; readonly password: string };
  /** Issues the server's certificate; one of its own unless told. */
  readonly certificateAuthority?: CertificateAuthority;
  /** The certificate presented is past its end. */
  readonly expiredCertificate?: boolean;
  /** Names in the certificate instead of the right ones. */
  readonly certificateNames?: readonly string[];
  /** Does not offer SMTPUTF8 (RFC 6531). */
  readonly hideSmtpUtf8?: boolean;
}

/** Everything needed to use a running mail server; plain data, so it can be handed to another process. */
export interface SmtpData {
  readonly kind: 'smtp';
  readonly host: string;
  readonly port: number;
  readonly security: 'none' | 'starttls' | 'tls';
  readonly login?: { readonly user: string; readonly password: string };
  readonly caFile: string;
  readonly caPem: string;
  /** Where the process takes orders and hands out messages. */
  readonly controlUrl: string;
}

export interface SmtpMailbox extends SmtpData {
  /** All messages received, oldest first. */
  messages(): Promise<readonly ReceivedMessage[]>;
  /**
   * The newest message for an address; waits for one to arrive. With `after` (a message's number) only later ones count.
   * @throws Error when none came within `timeoutMs` (50,000).
   */
  waitForMessage(to: string, options?: { readonly after?: number; readonly timeoutMs?: number }): Promise<ReceivedMessage>;
  /** Forgets all messages. */
  clear(): Promise<void>;
  /** `delayMs` belongs to the mode `slow`. Back to `accept` for good behaviour. */
  setMode(mode: SmtpMode | SmtpReplyOrder, delayMs?: number): Promise<void>;
}

/** A real mail server in a process of its own. */
export type SmtpServer = SmtpMailbox & ServerControl;

/** Starts a mail server on a free port of 127.0.0.1, ready in about half a second. A restart forgets messages and mode. */
export async function startSmtp(options: SmtpOptions = {}): Promise<SmtpServer> {
  const folder = await createScratchFolder('smtp');
  const claims = await Promise.all([claimFreePort(), claimFreePort()]);
  const [{ port }, { port: controlPort }] = claims;
  const clear = async (): Promise<void> => {
    await removeScratchFolder(folder);
    for (const claim of claims) claim.release();
  };
  const security = options.security ?? 'none';
  const login = options.login === undefined ? {} : { login: options.login };
  let data: SmtpData;
  let processOptions: SmtpProcessOptions;
  try {
    const authority = options.certificateAuthority ?? (await createCertificateAuthority(join(folder, 'ca')));
    const { certificateFile, keyFile } = await authority.issue({
      name: `smtp-${port}`,
      altNames: options.certificateNames ?? ['DNS:localhost', 'IP:127.0.0.1'],
      expired: options.expiredCertificate ?? false,
    });
    processOptions = { port, controlPort, security, certificateFile, keyFile, ...login, hideSmtpUtf8: options.hideSmtpUtf8 ?? false };
    const { caFile, caPem } = authority;
    const controlUrl = `http://127.0.0.1:${controlPort}`;
    data = { kind: 'smtp', host: '127.0.0.1', port, security, caFile, caPem, controlUrl, ...login };
  } catch (error) {
    await clear();
    throw error;
  }
  const mailbox = connectSmtp(data);
  const control = await startControlled({
    launch: () =>
      startReadyProcess(
        'smtp server',
        {
          command: process.execPath,
          args: [join(import.meta.dirname, 'smtp-process.ts'), JSON.stringify(processOptions)],
          // Options given to our own Node.js (a test runner's hooks, a debugger) are not for this one.
          env: { NODE_OPTIONS: '' },
          logFile: join(folder, 'log'),
          folder,
        },
        () => mailbox.messages(),
      ),
    clear,
    graceMs: 1000,
  });
  return withControl(mailbox, control);
}

/** Makes the working object for a running mail server from its data. */
export function connectSmtp(data: SmtpData): SmtpMailbox {
  const ask = async (method: string, path: string, body?: object, timeoutMs = 30_000): Promise<unknown> => {
    const response = await fetch(`${data.controlUrl}${path}`, {
      method,
      signal: AbortSignal.timeout(timeoutMs),
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    if (!response.ok) throw new Error(`the mail server's control answered ${response.status}`);
    return response.json();
  };
  const list = async (query = '', timeoutMs?: number): Promise<readonly ReceivedMessage[]> =>
    (await ask('GET', `/messages${query}`, undefined, timeoutMs)) as readonly ReceivedMessage[];
  return {
    ...data,
    messages: () => list(),
    async waitForMessage(to, { after = 0, timeoutMs = 120_000 } = {}) {
      const deadline = performance.now() + timeoutMs;
      let known = await list();
      for (;;) {
        const found = known.findLast((message) => message.number > after && message.to.includes(to));
        if (found !== undefined) return found;
        const left = Math.max(1, Math.ceil(deadline - performance.now()));
        known = await list(`?moreThan=${known.length}`, left).catch((cause: unknown) => {
          throw new Error(`no message for ${to} within ${timeoutMs} ms`, { cause });
        });
      }
    },
    async clear() {
      await ask('DELETE', '/messages');
    },
    async setMode(mode, delayMs = 0) {
      await ask('PUT', '/mode', { mode, delayMs });
    },
  };
}
