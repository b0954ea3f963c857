import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';

/** Throw-away certificates for the tests of signing, as files. */
export interface SigningCertificates {
  readonly ca: string;
  readonly certificates: string;
  readonly key: string;
  /** A certification authority that signed none of these. */
  readonly otherCa: string;
}

function openssl(...args: string[]): void {
  execFileSync('openssl', args, { stdio: ['ignore', 'ignore', 'pipe'] });
}

/** Makes a key and a certificate for it, signed by `ca.pem` in the same folder. */
function issue(folder: string, name: string, extensions: string): void {
  const file = (ending: string) => join(folder, `${name}.${ending}`);
  openssl('req', '-newkey', 'rsa:2048', '-nodes', '-subj', `/CN=Test ${name}`, '-keyout', file('key'), '-out', file('csr'));
  writeFileSync(file('ext'), `basicConstraints=critical,CA:FALSE\nkeyUsage=critical,digitalSignature\n${extensions}\n`);
  const authority = ['-CA', join(folder, 'ca.pem'), '-CAkey', join(folder, 'ca.key'), '-CAcreateserial'];
  openssl('x509', '-req', '-in', file('csr'), ...authority, '-days', '30', '-extfile', file('ext'), '-out', file('pem'));
}

/** Makes a certification authority and a publisher's certificate for code signing in `folder`. */
export function makeSigningCertificates(folder: string): SigningCertificates {
  const file = (name: string) => join(folder, name);
  for (const name of ['ca', 'other-ca']) {
    const extensions = ['-addext', 'basicConstraints=critical,CA:TRUE', '-addext', 'keyUsage=critical,keyCertSign'];
    const files = ['-keyout', file(`${name}.key`), '-out', file(`${name}.pem`)];
    openssl('req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-days', '30', '-subj', `/CN=Test ${name}`, ...extensions, ...files);
  }
  issue(folder, 'publisher', 'extendedKeyUsage=codeSigning');
  return { ca: file('ca.pem'), otherCa: file('other-ca.pem'), certificates: file('publisher.pem'), key: file('publisher.key') };
}

/** A time-stamping service on this machine (RFC 3161 over HTTP), certified by `ca.pem` in `folder`. */
export async function startTimeStamping(folder: string): Promise<{ address: string; stop(): Promise<void> }> {
  const file = (name: string) => join(folder, name);
  issue(folder, 'time', 'extendedKeyUsage=critical,timeStamping');
  writeFileSync(
    file('time.conf'),
    `[tsa]\ndefault_tsa=one\n[one]\nserial=${file('time.serial')}\nsigner_cert=${file('time.pem')}\ncerts=${file('ca.pem')}\n` +
      `signer_key=${file('time.key')}\nsigner_digest=sha256\ndefault_policy=1.2.3.4\ndigests=sha256\n`,
  );
  const server = createServer((request, response) => {
    const parts: Buffer[] = [];
    request.on('data', (part: Buffer) => parts.push(part));
    request.on('end', () => {
      writeFileSync(file('time.query'), Buffer.concat(parts));
      openssl('ts', '-reply', '-config', file('time.conf'), '-queryfile', file('time.query'), '-out', file('time.reply'));
      response.writeHead(200, { 'content-type': 'application/timestamp-reply' }).end(readFileSync(file('time.reply')));
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return {
    address: `http://127.0.0.1:${port}/`,
    stop: async () => {
      server.close();
      await once(server, 'close');
    },
  };
}

/** A token in software that holds the publisher's key: what an HSM is to OpenSSL. */
export interface SoftToken {
  /** What the signing script needs to use it. */
  readonly environment: Record<string, string>;
  readonly keyUri: string;
  readonly pinFile: string;
  readonly module: string;
}

/** Makes the token and moves the key into it (package softhsm2). */
export function makeSoftToken(folder: string, certificates: SigningCertificates): SoftToken {
  const file = (name: string) => join(folder, name);
  mkdirSync(file('tokens'));
  writeFileSync(file('softhsm.conf'), `directories.tokendir = ${file('tokens')}\nobjectstore.backend = file\nlog.level = ERROR\n`);
  writeFileSync(file('pin'), '1234', { mode: 0o600 });
  const environment = { SOFTHSM2_CONF: file('softhsm.conf') };
  const token = (...args: string[]) =>
    execFileSync('softhsm2-util', args, { env: { ...process.env, ...environment }, stdio: ['ignore', 'ignore', 'pipe'] });
  openssl('pkcs8', '-topk8', '-nocrypt', '-in', certificates.key, '-out', file('publisher.p8'));
  token('--init-token', '--free', '--label', 'keyturn', '--pin', '1234', '--so-pin', '5678');
  token('--import', file('publisher.p8'), '--token', 'keyturn', '--label', 'code-signing', '--id', 'A1B2', '--pin', '1234');
  return {
    environment,
    keyUri: 'pkcs11:object=code-signing;type=private',
    pinFile: file('pin'),
    module: '/usr/lib/softhsm/libsofthsm2.so',
  };
}
