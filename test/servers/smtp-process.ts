// The process of the test mail server: SMTP on one port, its control over HTTP on another. Started by smtp.ts.
import { readFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { text } from 'node:stream/consumers';
import { simpleParser } from 'mailparser';
import { SMTPServer, type SMTPServerSession } from 'smtp-server';
import type { ReceivedMessage, SmtpMode, SmtpProcessOptions, SmtpReplyOrder } from './smtp-protocol.ts';

const options = JSON.parse(process.argv[2] ?? '') as SmtpProcessOptions;
const messages: ReceivedMessage[] = [];
let mode: SmtpMode | SmtpReplyOrder = 'accept';
let delayMs = 0;
/** Answers to control requests that wait for the next message. */
const waiting = new Set<() => void>();

function refusal(responseCode: number, words: string): Error {
  return Object.assign(new Error(words), { responseCode });
}

/** The reply that was ordered for this stage of the dialogue; undefined to go on. */
function orderedRefusal(stage: SmtpReplyOrder['at']): Error | undefined {
  return typeof mode === 'object' && mode.at === stage ? refusal(mode.code, mode.words) : undefined;
}

async function keep(raw: string, session: SMTPServerSession): Promise<void> {
  const parsed = await simpleParser(raw);
  const { mailFrom, rcptTo } = session.envelope;
  messages.push({
    number: messages.length + 1,
    from: (mailFrom === false ? undefined : mailFrom.address) ?? '',
    to: rcptTo.map((recipient) => recipient.address),
    subject: parsed.subject ?? '',
    text: parsed.text ?? '',
    html: parsed.html || '',
    headers: Object.fromEntries(parsed.headerLines.map(({ key, line }) => [key, line.slice(line.indexOf(':') + 1).trim()])),
    raw,
    secure: session.secure,
    session: session.id,
    greetedAs: session.hostNameAppearsAs,
    receivedAt: Date.now(),
    ...(typeof session.user === 'string' ? { user: session.user } : {}),
  });
  for (const wake of waiting) wake();
  waiting.clear();
}

const smtp = new SMTPServer({
  logger: false,
  disableReverseLookup: true,
  closeTimeout: 100,
  secure: options.security === 'tls',
  ...(options.certificateFile === undefined || options.keyFile === undefined
    ? {}
    : { cert: readFileSync(options.certificateFile), key: readFileSync(options.keyFile) }),
  hideSMTPUTF8: options.hideSmtpUtf8 ?? false,
  authOptional: options.login === undefined,
  allowInsecureAuth: options.security === 'none',
  disabledCommands: [...(options.security === 'starttls' ? [] : ['STARTTLS']), ...(options.login === undefined ? ['AUTH'] : [])],
  onConnect(_session, done) {
    if (mode !== 'hang-at-greeting') done(orderedRefusal('greeting'));
  },
  onAuth(auth, _session, done) {
    const { user, password } = options.login ?? { user: undefined, password: undefined };
    if (auth.username === user && auth.password === password) done(null, { user: auth.username });
    else done(refusal(535, 'Authentication credentials invalid'));
  },
  onMailFrom(_address, _session, done) {
    done(orderedRefusal('sender'));
  },
  onRcptTo(_address, _session, done) {
    if (mode === 'refuse') done(refusal(550, 'No such mailbox here'));
    else if (mode === 'refuse-temporarily') done(refusal(451, 'Try again later'));
    else done(orderedRefusal('recipient'));
  },
  onData(stream, session, done) {
    const received = text(stream);
    const work = async (): Promise<void> => {
      const raw = await received;
      if (mode === 'hang-after-data') return;
      const refused = orderedRefusal('content');
      if (refused !== undefined) return done(refused);
      await keep(raw, session);
      if (mode === 'drop-after-data') dropConnection(session);
      else if (mode === 'slow') setTimeout(done, delayMs);
      else done();
    };
    work().catch((error: Error) => done(error));
  },
});

/** The library knows no way to end a connection without an answer, so the connection of this session is looked up. */
function dropConnection(session: SMTPServerSession): void {
  for (const connection of smtp.connections as Set<{ readonly id: string; readonly _socket: { destroy(): void } }>) {
    if (connection.id === session.id) connection._socket.destroy();
  }
}

async function control(request: IncomingMessage, response: ServerResponse): Promise<void> {
  const url = new URL(request.url ?? '/', 'http://control');
  if (request.method === 'PUT' && url.pathname === '/mode') {
    const order = JSON.parse(await text(request)) as { mode: SmtpMode | SmtpReplyOrder; delayMs?: number };
    mode = order.mode;
    delayMs = order.delayMs ?? 0;
    response.end('{}');
  } else if (request.method === 'DELETE' && url.pathname === '/messages') {
    messages.length = 0;
    response.end('{}');
  } else if (url.pathname === '/messages') {
    // With ?moreThan=N the answer waits until there are more than N messages.
    const moreThan = Number(url.searchParams.get('moreThan') ?? '-1');
    if (messages.length <= moreThan) await new Promise<void>((resolve) => waiting.add(resolve));
    response.end(JSON.stringify(messages));
  } else {
    response.writeHead(404).end();
  }
}

smtp.on('error', (error) => process.stderr.write(`${error.message}\n`));
smtp.listen(options.port, '127.0.0.1', () => {
  createServer((request, response) => {
    control(request, response).catch((error: Error) => response.writeHead(500).end(error.message));
  }).listen(options.controlPort, '127.0.0.1');
});
