import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
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

/** Makes a certification authority and a publisher's certificate for code signing in `folder`. */
export function makeSigningCertificates(folder: string): SigningCertificates {
  const file = (name: string) => join(folder, name);
  for (const name of ['ca', 'other-ca']) {
    const extensions = ['-addext', 'basicConstraints=critical,CA:TRUE', '-addext', 'keyUsage=critical,keyCertSign'];
    openssl(
      'req',
      '-x509',
      '-newkey',
      'rsa:2048',
      '-nodes',
      '-days',
      '30',
      '-subj',
      `/CN=Test ${name}`,
      ...extensions,
      '-keyout',
      file(`${name}.key`),
      '-out',
      file(`${name}.pem`),
    );
  }
  openssl(
    'req',
    '-newkey',
    'rsa:2048',
    '-nodes',
    '-subj',
    '/CN=Test publisher',
    '-keyout',
    file('publisher.key'),
    '-out',
    file('publisher.csr'),
  );
  writeFileSync(
    file('publisher.ext'),
    'basicConstraints=critical,CA:FALSE\nkeyUsage=critical,digitalSignature\nextendedKeyUsage=codeSigning\n',
  );
  openssl(
    'x509',
    '-req',
    '-in',
    file('publisher.csr'),
    '-CA',
    file('ca.pem'),
    '-CAkey',
    file('ca.key'),
    '-CAcreateserial',
    '-days',
    '30',
    '-extfile',
    file('publisher.ext'),
    '-out',
    file('publisher.pem'),
  );
  return { ca: file('ca.pem'), otherCa: file('other-ca.pem'), certificates: file('publisher.pem'), key: file('publisher.key') };
}
