import { readFile } from 'node:fs/promises';
import { isIP } from 'node:net';
import type { SendMailOptions, SMTPPoolOptions, Transporter } from 'nodemailer';
import { authorityProblem } from '../core/configuration/authority-file.ts';
import type { MailServer } from '../core/configuration/mail-section.ts';
import type { ServerProblem } from './smtp-problem.ts';

/** Reads what a secret reference (`env:NAME`, `file:/path`) stands for. */
export type ResolveSecret = (reference: string) => string | Promise<string>;

/**
 * Connections to one server that may be busy at once. More than all workers of a node together use (see the lanes of the
 * outbox worker), because a message that waited here for a free connection would let bulk mail delay a code.
 */
const CONNECTIONS = 12;

/** One mail server with its pool of connections. */
export interface SmtpLink {
  /** `host:port`, for people. */
  readonly name: string;
  /** Hands over one message. Rejects with nodemailer's error or a `LinkProblem`; takes at most {@link handOverLimit}. */
  send(message: SendMailOptions): Promise<void>;
  /** Connects, upgrades and authenticates, sends nothing. Rejects like `send`. */
  verify(): Promise<void>;
  /** Ends all connections; a message on its way fails. A later `send` opens new ones. */
  close(): void;
}

/** What keeps us from even trying a server. */
export class LinkProblem extends Error {
  readonly problem: ServerProblem;
  constructor(problem: ServerProblem, cause?: unknown) {
    super(problem, { cause });
    this.name = 'LinkProblem';
    this.problem = problem;
  }
}

/**
 * Longest time in milliseconds that one hand-over to `server` may take. Single waits end after `timeoutSeconds`; the
 * whole is bounded as well, because a server that trickles its answers never runs into a time-out of the socket.
 */
export function handOverLimit(server: MailServer): number {
  return server.timeoutSeconds * 2000;
}

/** A local part outside of ASCII, which only SMTPUTF8 can carry (RFC 6531 3.2). Domains go out as A-labels and need nothing. */
const NEEDS_SMTPUTF8 = /[^\p{ASCII}][^@]*@|[^\p{ASCII}]@/u;

/** Opens nothing yet: the library, secret, CA file and connections are fetched with the first use. */
export function createSmtpLink(server: MailServer, deps: { resolveSecret: ResolveSecret; ehloName: string }): SmtpLink {
  let transport: Promise<Transporter> | null = null;
  /** Learnt with the first address that needs it. */
  let takesUtf8: Promise<boolean> | null = null;

  function open(): Promise<Transporter> {
    transport ??= createPool(server, deps);
    return transport;
  }
  function close(): void {
    const closing = transport;
    transport = null;
    takesUtf8 = null;
    // One that could not be opened has nothing to close; whoever opened it was told why.
    closing?.then((opened) => opened.close({ force: true })).catch(() => undefined);
  }

  /** The library would send such an address as raw bytes to a server that has not offered to take them. */
  async function needUtf8(): Promise<void> {
    takesUtf8 ??= poolOptions(server, deps).then(offersUtf8);
    const taken = await takesUtf8.catch((error: unknown) => {
      takesUtf8 = null;
      throw error;
    });
    if (!taken) throw new LinkProblem('smtputf8-missing');
  }

  return {
    name: `${isIP(server.host) === 6 ? `[${server.host}]` : server.host}:${server.port}`,
    async send(message) {
      if (NEEDS_SMTPUTF8.test(String(message.envelope && 'to' in message.envelope ? message.envelope.to : ''))) await needUtf8();
      // A new signal for each message: it starts to count here.
      await (await open()).sendMail({ ...message, signal: AbortSignal.timeout(handOverLimit(server)) });
    },
    async verify() {
      // Not the pool: a trial must show what a new connection meets, not what an old one still has.
      const trial = await createPool(server, deps);
      try {
        await within(handOverLimit(server), trial.verify());
      } finally {
        trial.close({ force: true });
      }
    },
    close,
  };
}

async function createPool(...given: Parameters<typeof poolOptions>): Promise<Transporter> {
  const options = await poolOptions(...given);
  const { createTransport } = await import('nodemailer');
  return createTransport(options);
}

/** Connects and looks whether the answer to EHLO offers SMTPUTF8. */
async function offersUtf8(options: SMTPPoolOptions): Promise<boolean> {
  const { default: SmtpConnection } = await import('nodemailer/lib/smtp-connection');
  const connection = new SmtpConnection(options);
  return new Promise<boolean>((resolve, reject) => {
    connection.once('error', reject);
    connection.once('end', () => reject(Object.assign(new Error('closed while greeting'), { code: 'ECONNECTION' })));
    connection.connect(() => resolve(/[ -]SMTPUTF8\b/im.test(String(connection.lastServerResponse))));
  }).finally(() => connection.close());
}

async function poolOptions(
  server: MailServer,
  deps: { resolveSecret: ResolveSecret; ehloName: string },
): Promise<SMTPPoolOptions & { pool: true }> {
  if (server.user !== undefined && server.security === 'none' && !isLoopback(server.host)) throw new LinkProblem('plain-password-refused');
  const milliseconds = server.timeoutSeconds * 1000;
  const authority = server.caFile === undefined ? undefined : await readAuthority(server.caFile);
  const auth = server.user === undefined ? undefined : { user: server.user, pass: await secret(server.password, deps.resolveSecret) };
  return {
    pool: true,
    name: deps.ehloName,
    host: server.host,
    port: server.port,
    secure: server.security === 'tls',
    // Never "upgrade if offered": somebody in between can take the offer out of the answer (RFC 8314 3).
    requireTLS: server.security === 'starttls',
    ignoreTLS: server.security === 'none',
    tls: { minVersion: 'TLSv1.2', rejectUnauthorized: true, ...(authority === undefined ? {} : { ca: authority }) },
    // Without `forceAuth` a server that does not offer AUTH would be used without it.
    ...(auth === undefined ? {} : { auth, forceAuth: true }),
    connectionTimeout: milliseconds,
    greetingTimeout: milliseconds,
    socketTimeout: milliseconds,
    dnsTimeout: milliseconds,
    socketCloseTimeout: 500,
    maxConnections: CONNECTIONS,
    maxRequeues: 1,
    disableFileAccess: true,
    disableUrlAccess: true,
    logger: false,
  };
}

async function secret(reference: string | undefined, resolveSecret: ResolveSecret): Promise<string> {
  if (reference === undefined) throw new LinkProblem('secret-missing');
  try {
    return await resolveSecret(reference);
  } catch (cause) {
    throw new LinkProblem('secret-missing', cause);
  }
}

async function readAuthority(file: string): Promise<string> {
  let content: Buffer;
  try {
    content = await readFile(file);
  } catch (cause) {
    throw new LinkProblem('ca-file-unreadable', cause);
  }
  const problem = authorityProblem(content);
  if (problem !== null) throw new LinkProblem('ca-file-unusable', new Error(problem));
  return content.toString('utf8');
}

function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || (isIP(host) === 4 && host.startsWith('127.'));
}

/** Rejects with the code nodemailer uses for a time-out when `work` takes longer. */
async function within(milliseconds: number, work: Promise<unknown>): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(Object.assign(new Error('took too long'), { code: 'ETIMEDOUT' })), milliseconds);
  });
  try {
    await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
}
