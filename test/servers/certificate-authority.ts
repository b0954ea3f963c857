import { randomInt, X509Certificate } from 'node:crypto';
import { mkdirSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { run } from './processes.ts';

export interface CertificateRequest {
  /** File name without ending; unique within the authority's folder. */
  readonly name: string;
  /** Names and addresses the certificate is good for, as openssl writes them: `DNS:localhost`, `IP:127.0.0.1`. */
  readonly altNames: readonly string[];
  /** Already past its end when issued, to test that a client refuses it. */
  readonly expired?: boolean;
  /** Days until its end; 825 unless told. */
  readonly endsInDays?: number;
}

export interface IssuedCertificate {
  readonly certificateFile: string;
  readonly keyFile: string;
  readonly certificatePem: string;
  readonly keyPem: string;
}

/** A certificate authority that exists for one test run. */
export interface CertificateAuthority {
  readonly caFile: string;
  readonly caPem: string;
  /** Issues a server certificate (EC P-256) for the given names. For a wrong name simply ask for another one. */
  issue(request: CertificateRequest): Promise<IssuedCertificate>;
}

/**
 * Makes a certificate authority in a folder (created when missing). Two authorities do not know each other: to test that a
 * client refuses an unknown issuer, give the server a certificate of a second one.
 */
export async function createCertificateAuthority(folder: string): Promise<CertificateAuthority> {
  mkdirSync(folder, { recursive: true });
  const caFile = join(folder, 'ca.pem');
  const caKeyFile = join(folder, 'ca.key');
  await createKey(caKeyFile);
  const sign = () =>
    run('openssl', [
      'req',
      '-x509',
      '-new',
      '-key',
      caKeyFile,
      '-sha256',
      '-days',
      '3650',
      '-subj',
      `/O=Keyturn tests/CN=Keyturn test CA ${randomInt(1_000_000)}`,
      '-addext',
      'keyUsage=critical,keyCertSign,cRLSign',
      '-out',
      caFile,
    ]);
  do await sign();
  while (!isSignedAtFullLength(await readFile(caFile, 'utf8')));
  return openCertificateAuthority(folder);
}

/** An authority that an earlier {@link createCertificateAuthority} made in this folder. */
export async function openCertificateAuthority(folder: string): Promise<CertificateAuthority> {
  const caFile = join(folder, 'ca.pem');
  return {
    caFile,
    caPem: await readFile(caFile, 'utf8'),
    issue: (request) => issue(folder, request),
  };
}

async function issue(folder: string, request: CertificateRequest): Promise<IssuedCertificate> {
  const certificateFile = join(folder, `${request.name}.pem`);
  const keyFile = join(folder, `${request.name}.key`);
  await createKey(keyFile);
  const subject = request.altNames[0]?.replace(/^[A-Z]+:/, '') ?? request.name;
  const signingRequest = await run('openssl', [
    'req',
    '-new',
    '-key',
    keyFile,
    '-subj',
    `/CN=${subject}`,
    '-addext',
    `subjectAltName=${request.altNames.join(',')}`,
    '-addext',
    'extendedKeyUsage=serverAuth',
    '-addext',
    'keyUsage=digitalSignature',
    '-addext',
    'basicConstraints=CA:FALSE',
  ]);
  const sign = () =>
    run(
      'openssl',
      [
        'x509',
        '-req',
        '-copy_extensions',
        'copyall',
        '-CA',
        join(folder, 'ca.pem'),
        '-CAkey',
        join(folder, 'ca.key'),
        '-set_serial',
        String(randomInt(1, 2 ** 47)),
        '-days',
        request.expired ? '-1' : String(request.endsInDays ?? 825),
        '-sha256',
        '-out',
        certificateFile,
      ],
      { input: signingRequest.stdout },
    );
  do await sign();
  while (!isSignedAtFullLength(await readFile(certificateFile, 'utf8')));
  const [certificatePem, keyPem] = await Promise.all([readFile(certificateFile, 'utf8'), readFile(keyFile, 'utf8')]);
  return { certificateFile, keyFile, certificatePem, keyPem };
}

/**
 * Whether both numbers of the ECDSA signature take the 32 bytes of their curve (RFC 3279 2.2.3: DER leaves leading zeros out). Of a
 * hundred signatures one or two do not. wine 8 puts the two side by side as they are and then takes a good certificate for a
 * forged one; Windows and OpenSSL do not mind.
 */
export function isSignedAtFullLength(pem: string): boolean {
  const { raw } = new X509Certificate(pem);
  // SEQUENCE { tbsCertificate, signatureAlgorithm, signatureValue BIT STRING } (RFC 5280 4.1): the last of the three.
  const certificate = contentAt(raw, 0);
  const toBeSigned = contentAt(raw, certificate.start);
  const algorithm = contentAt(raw, toBeSigned.end);
  const bits = contentAt(raw, algorithm.end);
  const signature = contentAt(raw, bits.start + 1);
  const r = contentAt(raw, signature.start);
  const s = contentAt(raw, r.end);
  // A positive number whose first bit is set has a zero byte before it (X.690 8.3).
  return [r, s].every(({ start, end }) => end - start - (raw[start] === 0 ? 1 : 0) === 32);
}

/** Where the content of the DER value at `offset` is (X.690 8.1). */
function contentAt(raw: Buffer, offset: number): { start: number; end: number } {
  const first = raw.readUInt8(offset + 1);
  const bytes = first < 0x80 ? 0 : first & 0x7f;
  const length = bytes === 0 ? first : raw.readUIntBE(offset + 2, bytes);
  const start = offset + 2 + bytes;
  return { start, end: start + length };
}

async function createKey(file: string): Promise<void> {
  // Samba refuses a key that others may read; openssl makes the file with mode 600.
  await run('openssl', ['genpkey', '-algorithm', 'EC', '-pkeyopt', 'ec_paramgen_curve:P-256', '-out', file]);
}
