import type { Socket } from 'node:net';
import { AppError } from '../../../shared/errors.ts';
import { RESULT } from './result-codes.ts';

/** LDAPMessage 1 with an ExtendedRequest for StartTLS, without a value (RFC 4511 sections 4.12 and 4.14.1). */
const request = Buffer.concat([Buffer.from('301d02010177188016', 'hex'), Buffer.from('1.3.6.1.4.1.1466.20037', 'latin1')]);

/** The answer is a result code and two texts: nobody needs more. Octets. */
const longestAnswer = 16_384;

/**
 * Asks for StartTLS on a plain connection and waits for the one answer. Nothing that was received in clear may outlive it: a
 * further octet is refused, since whoever sits in between could put answers of their own in front of the server's encrypted ones
 * (RFC 4511 section 4.14.2; the class of CVE-2011-0411). The socket is paused afterwards and belongs to the TLS layer alone.
 *
 * @throws AppError `directory.tls-failed` when the server refuses, or sends anything but one answer; `directory.unreachable` when it
 *   closes the connection
 */
export async function requestStartTls(socket: Socket, server: string): Promise<void> {
  const answered = receiveAnswer(socket, server);
  socket.write(request);
  const { resultCode, message } = await answered;
  if (resultCode === RESULT.success) return;
  throw new AppError('directory.tls-failed', {
    server,
    resultCode,
    problem: `The server refused StartTLS${message === '' ? '' : `: ${message}`}`,
    fix: 'Give the server a certificate, or use its ldaps:// address.',
  });
}

function receiveAnswer(socket: Socket, server: string): Promise<StartTlsAnswer> {
  return new Promise((resolve, reject) => {
    let received = Buffer.alloc(0);
    const settle = (act: () => void): void => {
      socket.off('data', onData);
      socket.off('error', reject);
      socket.off('close', onClose);
      socket.pause();
      act();
    };
    const onClose = (): void =>
      reject(new AppError('directory.unreachable', { server, problem: 'The server closed the connection', reason: 'closed' }));
    const onData = (chunk: Buffer): void => {
      received = Buffer.concat([received, chunk]);
      try {
        const answer = parseStartTlsAnswer(received);
        if (answer !== null) settle(() => resolve(answer));
      } catch (cause) {
        settle(() => reject(notOneAnswer(server, cause)));
      }
    };
    socket.on('data', onData);
    socket.once('error', reject);
    socket.once('close', onClose);
  });
}

function notOneAnswer(server: string, cause: unknown): AppError {
  const problem = `What the server sent before the encryption began is not the one answer to StartTLS: ${(cause as Error).message}`;
  const fix = 'Look who sits between Keyturn and the server, and whether the port speaks LDAP; the ldaps:// address is not open to this.';
  return new AppError('directory.tls-failed', { server, problem, fix }, { cause });
}

export interface StartTlsAnswer {
  readonly resultCode: number;
  /** The server's own text. */
  readonly message: string;
}

/**
 * Reads the ExtendedResponse to message 1 (RFC 4511 section 4.12) out of all that was received; null while it is not whole.
 * @throws RangeError when it is anything else, or more than that
 */
export function parseStartTlsAnswer(received: Buffer): StartTlsAnswer | null {
  const message = element(received, 0x30, 'not an LDAP message');
  if (message === null) return null;
  if (message.end < received.length) throw new RangeError('something follows it in clear');
  const id = whole(message.value, 0x02, 'no message number');
  if (id.value.length !== 1 || id.value[0] !== 1) throw new RangeError('it answers another request');
  const response = whole(message.value.subarray(id.end), 0x78, 'not an answer to an extended request');
  const code = whole(response.value, 0x0a, 'no result code');
  if (code.value.length !== 1 || (code.value[0] ?? 0x80) > 0x7f) throw new RangeError('no result code');
  const matched = whole(response.value.subarray(code.end), 0x04, 'no matched DN');
  const text = whole(response.value.subarray(code.end + matched.end), 0x04, 'no text');
  return { resultCode: code.value[0] ?? RESULT.other, message: text.value.toString('utf8') };
}

interface Element {
  readonly value: Buffer;
  /** Where the element ends in what was given. */
  readonly end: number;
}

function whole(bytes: Buffer, tag: number, otherwise: string): Element {
  const found = element(bytes, tag, otherwise);
  if (found === null) throw new RangeError(otherwise);
  return found;
}

/** One element of BER with a definite length (RFC 4511 section 5.1); null while it is not whole. */
function element(bytes: Buffer, tag: number, otherwise: string): Element | null {
  if (bytes.length === 0) return null;
  if (bytes[0] !== tag) throw new RangeError(otherwise);
  const first = bytes[1];
  if (first === undefined) return null;
  const octets = first < 0x80 ? 0 : first & 0x7f;
  if (first === 0x80 || octets > 4) throw new RangeError('length form not supported');
  const start = 2 + octets;
  if (bytes.length < start) return null;
  const end = start + (octets === 0 ? first : bytes.readUIntBE(2, octets));
  if (end > longestAnswer) throw new RangeError('longer than an answer is');
  return bytes.length < end ? null : { value: bytes.subarray(start, end), end };
}
