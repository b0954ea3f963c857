import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { createCertificateAuthority, isSignedAtFullLength } from './certificate-authority.ts';
import { createScratchFolder, removeScratchFolder } from './scratch.ts';

/** Made with openssl: the first number of its signature has 31 bytes, the second 32. */
const SHORT = `-----BEGIN CERTIFICATE-----
MIIBbjCCARWgAwIBAgIUYb5LReflIzmuybCiZGkdZHZ4FUUwCgYIKoZIzj0EAwIw
DDEKMAgGA1UEAwwBeDAgFw0yNjExMjUyMzE0MTdaGA8yMTI2MTEwMTIzMTQxN1ow
DDEKMAgGA1UEAwwBeDBZMBMGByqGSM49AgEGCCqGSM49AwEHA0IABLEJ9ZdKAnUl
jArPTzNHV3WgZbC2J/u2q9VK02YzfFLuTpteneNzpqe7zY/cVOZyVrcgl155bQX2
674L58cDcuGjUzBRMB0GA1UdDgQWBBRnX/cAwvum/L9n6qGBZJ34AsC6FjAfBgNV
HSMEGDAWgBRnX/cAwvum/L9n6qGBZJ34AsC6FjAPBgNVHRMBAf8EBTADAQH/MAoG
CCqGSM49BAMCA0cAMEQCHy05oqSf87ZO2mc5XQvrVDX+Drafv2H2T2G0p6VD0RUC
IQDMRT0tVEfmI5V4sdG5qwPZaL9Dg0P8pTPDSxLXiiphZQ==
-----END CERTIFICATE-----
`;

let folder: string;
beforeAll(async () => {
  folder = await createScratchFolder('authority');
});
afterAll(() => removeScratchFolder(folder));

it('issues certificates whose signatures every client can read', async () => {
  const authority = await createCertificateAuthority(join(folder, 'authority'));
  const { certificatePem } = await authority.issue({ name: 'localhost', altNames: ['DNS:localhost'] });
  expect([authority.caPem, certificatePem].map(isSignedAtFullLength)).toEqual([true, true]);
  expect(isSignedAtFullLength(SHORT)).toBe(false);
});
