import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createServer, type Server, type Socket } from 'node:net';
import { TLSSocket } from 'node:tls';
import fc from 'fast-check';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { isAppError } from '../../../shared/errors.ts';
import { createCertificateAuthority } from '../../../test/servers/certificate-authority.ts';
import { createScratchFolder, removeScratchFolder } from '../../../test/servers/scratch.ts';
import { openConnection } from './open-connection.ts';
import { parseStartTlsAnswer } from './start-tls.ts';
import { tlsOptions } from './tls-options.ts';

/** ExtendedResponse to message 1: success, no matched DN, no text, the name of StartTLS (RFC 4511 sections 4.12 and 4.14.2). */
const answer = Buffer.concat([Buffer.from('3024020101781f0a0100040004008a16', 'hex'), Buffer.from('1.3.6.1.4.1.1466.20037')]);
const resultWith = (code: number): Buffer => Buffer.from([0x30, 0x0c, 2, 1, 1, 0x78, 7, 0x0a, 1, code, 4, 0, 4, 0]);
/** SearchResultDone for message 2: what a man in the middle would slip in front of the server's own. */
const forged = Buffer.from('300c02010265070a010004000400', 'hex');

let folder: string;
let caPem: string;
let server: Server;
let credentials: { key: string; cert: string };
/** What the server does with a plain connection once the request has come. */
let play: (socket: Socket) => void;
/** All that clients sent in clear. */
let received: Buffer;
const sockets = new Set<Socket>();

beforeAll(async () => {
  folder = await createScratchFolder('start-tls');
  const authority = await createCertificateAuthority(folder);
  const issued = await authority.issue({ name: 'plain', altNames: ['IP:127.0.0.1'], expired: false });
  caPem = authority.caPem;
  credentials = { key: readFileSync(issued.keyFile, 'utf8'), cert: readFileSync(issued.certificateFile, 'utf8') };
  server = createServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => {});
    socket.once('data', (chunk) => {
      received = Buffer.concat([received, chunk]);
      play(socket);
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
});
afterEach(() => {
  for (const socket of sockets) socket.destroy();
  sockets.clear();
});
afterAll(async () => {
  server?.close();
  if (folder !== undefined) await removeScratchFolder(folder);
});

function open() {
  received = Buffer.alloc(0);
  const { port } = server.address() as { port: number };
  const url = `ldap://127.0.0.1:${port}`;
  const tls = tlsOptions({ ca: caPem, startTls: true, verify: 'full' }, url);
  return openConnection({ url, tls, startTls: true, connectTimeout: 3000, operationTimeout: 3000 });
}

/** Goes on as a server that speaks TLS, and answers every request with success. */
function speakTls(socket: Socket): void {
  const secured = new TLSSocket(socket, { isServer: true, ...credentials });
  secured.on('error', () => {});
  secured.on('data', (chunk: Buffer) =>
    secured.write(Buffer.concat([Buffer.from([0x30, 0x0c, 2, 1, chunk[4] ?? 0, 0x65, 7]), Buffer.from('0a010004000400', 'hex')])),
  );
}

describe('StartTLS', () => {
  it('asks in 31 octets, and goes on encrypted after the one answer', async () => {
    play = (socket) => {
      socket.write(answer);
      speakTls(socket);
    };
    const connection = await open();
    expect(received.toString('hex')).toBe(`301d02010177188016${Buffer.from('1.3.6.1.4.1.1466.20037').toString('hex')}`);
    expect(await connection.search('', { scope: 'base', attributes: ['1.1'] })).toMatchObject({ result: { code: 0 }, entries: [] });
    connection.close();
  });

  it('takes the answer in any pieces', async () => {
    play = (socket) => {
      socket.setNoDelay(true);
      let at = 0;
      const next = (): void => {
        socket.write(answer.subarray(at, at + 1), () => {
          at += 1;
          if (at < answer.length) setImmediate(next);
          else speakTls(socket);
        });
      };
      next();
    };
    (await open()).close();
  });

  it.each([
    ['a forged answer', forged],
    ['one octet', Buffer.from([0])],
    ['a second answer', answer],
    ['the beginning of a message', forged.subarray(0, 3)],
    ['what would be TLS', Buffer.from('1603010000', 'hex')],
  ])('is refused when %s follows in the same segment, before anything secret is sent', async (_, more) => {
    play = (socket) => {
      socket.write(Buffer.concat([answer, more]));
      speakTls(socket);
    };
    await expect(open()).rejects.toMatchObject({
      code: 'directory.tls-failed',
      details: { problem: expect.stringContaining('before the encryption') },
    });
  });

  it('does not let an answer through that comes in clear a moment later', async () => {
    play = (socket) => {
      socket.setNoDelay(true);
      socket.write(answer, () => setImmediate(() => socket.write(forged, () => speakTls(socket))));
    };
    await expect(open()).rejects.toSatisfy((error) => isAppError(error));
  });

  it.each([
    ['refusal', resultWith(2)],
    ['an unavailable server', resultWith(52)],
    ['no LDAP at all', Buffer.from('HTTP/1.1 400 Bad Request\r\n\r\n')],
    ['a notice of disconnection (message 0)', Buffer.from('300c02010078070a013404000400', 'hex')],
    ['an answer to another message', Buffer.from('300c02010278070a010004000400', 'hex')],
    ['an answer to a bind', Buffer.from('300c02010161070a010004000400', 'hex')],
    ['a length without end', Buffer.from('3080020101', 'hex')],
    ['a length of four gigabytes', Buffer.from('3084ffffffff', 'hex')],
  ])('told as trouble of encryption: %s', async (_, bytes) => {
    play = (socket) => void socket.write(bytes);
    await expect(open()).rejects.toMatchObject({ code: 'directory.tls-failed', details: { fix: expect.any(String) } });
  });

  it('tells a closed connection as such', async () => {
    play = (socket) => socket.end(answer.subarray(0, 5));
    await expect(open()).rejects.toMatchObject({ code: 'directory.unreachable' });
  });
});

describe('parseStartTlsAnswer', () => {
  it('accepts no more and no less than one answer', () => {
    expect(parseStartTlsAnswer(answer)).toEqual({ resultCode: 0, message: '' });
    for (let length = 0; length < answer.length; length += 1) expect(parseStartTlsAnswer(answer.subarray(0, length))).toBeNull();
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 1, maxLength: 50 }), (more) => {
        expect(() => parseStartTlsAnswer(Buffer.concat([answer, more]))).toThrow(RangeError);
      }),
    );
  });

  it('throws nothing but RangeError, whatever comes', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 60 }), fc.boolean(), (bytes, prefixed) => {
        const input = Buffer.concat(prefixed ? [Buffer.from([0x30, bytes.length]), bytes] : [bytes]);
        try {
          parseStartTlsAnswer(input);
        } catch (error) {
          expect(error).toBeInstanceOf(RangeError);
        }
      }),
    );
  });
});
