import type { SendMailOptions } from 'nodemailer';
import { AppError } from '../../shared/errors.ts';
import type { MailServer, MailSettings } from '../core/configuration/mail-section.ts';
import type { Clock, Log, Mailer } from '../core/ports/platform.ts';
import { ehloName } from './ehlo-name.ts';
import { maskAddress, parseMailbox } from './mail-envelope.ts';
import { SMTP_FIXES } from './smtp-fixes.ts';
import { createSmtpLink, handOverLimit, LinkProblem, type ResolveSecret, type SmtpLink } from './smtp-link.ts';
import { composeSmtpMail } from './smtp-message.ts';
import { type Diagnosis, diagnose, loggableCause } from './smtp-problem.ts';
import { SMTP_WORDS } from './smtp-words.ts';

type SmtpSettings = Extract<MailSettings, { kind: 'smtp' }>;

/** How long a server that failed is asked last, so that not every code waits for its time-out. */
const REST_MILLISECONDS = 30_000;

interface Server {
  link: SmtpLink;
  restsUntil: number;
}

/** A mailer that holds connections: `close` ends them, when the configuration is replaced and at shutdown. */
export type SmtpMailer = Mailer & { close(): void };

/**
 * Longest time in milliseconds that one `send` of the SMTP mailer can take, with every server hanging. The lease of
 * outbox rows has to be longer.
 */
export function longestSend(servers: readonly MailServer[]): number {
  return servers.reduce((sum, server) => sum + handOverLimit(server), 0);
}

/**
 * Sends by SMTP (RFC 5321). Servers are asked in the order of the settings; one that failed within the last 30 seconds is
 * asked last. A reply that refuses the message for good ends the round, everything else moves on to the next server.
 * @throws AppError `configuration.invalid` when `from` is not a mailbox
 */
export function createSmtpMailer(
  settings: SmtpSettings,
  deps: { resolveSecret: ResolveSecret; log: Log; clock: Pick<Clock, 'now'>; publicUrl: string },
): SmtpMailer {
  const { log, clock } = deps;
  const from = parseMailbox(settings.from);
  const greetAs = ehloName(settings.ehloName, deps.publicUrl, from.address);
  const servers: Server[] = settings.servers.map((server) => ({
    link: createSmtpLink(server, { resolveSecret: deps.resolveSecret, ehloName: greetAs }),
    restsUntil: 0,
  }));

  function inOrder(): Server[] {
    const now = clock.now();
    return [...servers.filter((server) => server.restsUntil <= now), ...servers.filter((server) => server.restsUntil > now)];
  }

  /** Null when the server took it. */
  async function handOver(server: Server, message: SendMailOptions, facts: Record<string, string>): Promise<Failure | null> {
    try {
      await server.link.send(message);
      server.restsUntil = 0;
      log.info('mail.sent', { ...facts, server: server.link.name });
      return null;
    } catch (error) {
      const failure = describe(server, error);
      log.warn('mail.server-failed', { ...facts, ...failure.facts, cause: failure.cause.message });
      if (failure.diagnosis.about === 'server') {
        server.restsUntil = clock.now() + REST_MILLISECONDS;
        // A password or CA file that was mended in the meantime is read again with the next try.
        if (!isReply(failure.diagnosis)) server.link.close();
      }
      return failure;
    }
  }

  return {
    async send(message) {
      const mail = composeSmtpMail(message, from);
      const facts = { messageId: message.messageId, to: maskAddress(message.to) };
      const failures: Failure[] = [];
      for (const server of inOrder()) {
        const failure = await handOver(server, mail, facts);
        if (failure === null) return;
        failures.push(failure);
        if (failure.diagnosis.about === 'message') break;
      }
      throw verdict(failures);
    },
    health() {
      return Promise.all(
        servers.map(async (server) => {
          try {
            await server.link.verify();
            return { server: server.link.name, ok: true as const };
          } catch (error) {
            const { problem } = describe(server, error).diagnosis;
            return { server: server.link.name, ok: false as const, problem, fix: SMTP_FIXES[problem] };
          }
        }),
      );
    },
    close() {
      for (const server of servers) server.link.close();
    },
  };
}

interface Failure {
  diagnosis: Diagnosis;
  facts: { server: string; problem: string; reply?: number };
  cause: Error;
}

function describe(server: Server, error: unknown): Failure {
  const diagnosis: Diagnosis = error instanceof LinkProblem ? diagnoseLink(error) : diagnose(error);
  const { problem, reply } = diagnosis;
  return {
    diagnosis,
    facts: { server: server.link.name, problem, ...(reply === undefined ? {} : { reply }) },
    cause: loggableCause(error),
  };
}

/** A server that cannot carry an address is in order otherwise, and another one may be able to. */
function diagnoseLink({ problem }: LinkProblem): Diagnosis {
  return { about: problem === 'smtputf8-missing' ? 'policy' : 'server', problem };
}

/** A server that answered in good order keeps its connections. */
function isReply(diagnosis: Diagnosis): boolean {
  return diagnosis.problem === 'temporary-failure' || diagnosis.problem === 'sender-refused';
}

/**
 * Refused when a server refused the message as such, or all of them did by their policy; otherwise it is worth another try. Deferred when
 * no server was in trouble: what one address brings about says nothing of the mail of others.
 */
function verdict(failures: readonly Failure[]): AppError {
  const last = failures.at(-1);
  const refused = last?.diagnosis.about === 'message' || failures.every((failure) => failure.diagnosis.about === 'policy');
  const servers = failures.map(({ facts }) => `${facts.server} ${facts.problem}${facts.reply === undefined ? '' : ` ${facts.reply}`}`);
  const anyTrouble = failures.some((failure) => failure.diagnosis.about === 'server');
  const code = refused ? 'mail.refused' : anyTrouble ? 'mail.unavailable' : 'mail.deferred';
  return new AppError(code, { servers, ...inWords(failures) }, { cause: last?.cause });
}

/** The same for who reads it: what each server said, and what is to be done about all of it. */
function inWords(failures: readonly Failure[]): { problem: string; fix: string } {
  const said = failures.map(({ facts: { server, reply }, diagnosis: { problem } }) => {
    const from = reply === undefined ? '' : ` (reply ${reply})`;
    return `${server}: ${SMTP_WORDS[problem]}${from}`;
  });
  const fixes = new Set(failures.map(({ diagnosis: { problem } }) => SMTP_FIXES[problem]));
  return { problem: said.join('; '), fix: [...fixes].join('. ') };
}
