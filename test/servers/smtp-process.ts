import { appendFileSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { SMTPServer } from 'smtp-server';
import type { ReceivedMessage, SmtpBehaviour, SmtpProcessSettings } from './smtp.ts';

/**
 * A mail server as a process of its own, started by smtp.ts with its folder as the only argument. What it shall do is read
 * from `behaviour.json` before each answer, so that a test can change its mind in the middle of a connection. What it took
 * is appended to `messages.jsonl`, what it was told before that to `sessions.jsonl`.
 */
const folder = process.argv[2] as string;
const settings = JSON.parse(readFileSync(join(folder, 'settings.json'), 'utf8')) as SmtpProcessSettings;

function behaviour(): SmtpBehaviour {
  return JSON.parse(readFileSync(join(folder, 'behaviour.json'), 'utf8')) as SmtpBehaviour;
}

/** Answers a command as told: a reply code with its words, nothing at all, or yes. */
function answer(told: SmtpBehaviour['recipient'], callback: (error?: Error | null) => void): void {
  if (told === 'hang') return;
  if (told === undefined) {
    callback();
    return;
  }
  const [code, words] = typeof told === 'number' ? [told, 'told to say so'] : told;
  callback(Object.assign(new Error(words), { responseCode: code }));
}

const server = new SMTPServer({
  name: 'mail.example.test',
  logger: false,
  secure: settings.security === 'tls',
  ...(settings.certificateFile === undefined
    ? {}
    : { cert: readFileSync(settings.certificateFile), key: readFileSync(settings.keyFile as string) }),
  disabledCommands: [...(settings.security === 'starttls' ? [] : ['STARTTLS']), ...(settings.user === undefined ? ['AUTH'] : [])],
  allowInsecureAuth: settings.security === 'none',
  authOptional: settings.user === undefined,
  disableReverseLookup: true,
  closeTimeout: 100,
  onConnect(session, callback) {
    appendFileSync(join(folder, 'sessions.jsonl'), `${JSON.stringify({ id: session.id })}\n`);
    answer(behaviour().greeting, callback);
  },
  onAuth(auth, _session, callback) {
    const known = auth.username === settings.user && auth.password === settings.password;
    const told = behaviour().authentication ?? (known ? undefined : [535, '5.7.8 Authentication credentials invalid']);
    answer(told as SmtpBehaviour['recipient'], (error) => (error ? callback(error) : callback(null, { user: auth.username ?? '' })));
  },
  onMailFrom: (_address, _session, callback) => answer(behaviour().sender, callback),
  onRcptTo: (_address, _session, callback) => answer(behaviour().recipient, callback),
  async onData(stream, session, callback) {
    const raw = await text(stream);
    const { data, dropAfterData } = behaviour();
    if (data !== undefined) return answer(data, callback);
    const received: ReceivedMessage = {
      from: session.envelope.mailFrom === false ? '' : session.envelope.mailFrom.address,
      to: session.envelope.rcptTo.map(({ address }) => address),
      secure: session.secure,
      user: session.user === undefined ? null : String(session.user),
      session: session.id,
      raw,
    };
    appendFileSync(join(folder, 'messages.jsonl'), `${JSON.stringify(received)}\n`);
    if (dropAfterData !== true) return callback(null, 'taken');
    for (const connection of server.connections) {
      if (connection.id === session.id) connection.close();
    }
  },
});
// A client that goes away in the middle is no concern of this server.
server.on('error', () => {});
server.listen(settings.port, '127.0.0.1');
process.once('SIGTERM', () => process.exit(0));
