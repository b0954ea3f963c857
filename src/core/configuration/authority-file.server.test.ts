import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { createCertificateAuthority } from '../../../test/servers/certificate-authority.ts';
import { run } from '../../../test/servers/processes.ts';
import { createScratchFolder, removeScratchFolder } from '../../../test/servers/scratch.ts';
import { authorityProblem } from './authority-file.ts';

let folder: string;
let root: string;
let leaf: string;
let key: string;
let der: Buffer;
beforeAll(async () => {
  folder = await createScratchFolder('authority');
  const authority = await createCertificateAuthority(join(folder, 'ca'));
  root = authority.caPem;
  const issued = await authority.issue({ name: 'server', altNames: ['DNS:server.example.test'], expired: false });
  leaf = await readFile(issued.certificateFile, 'utf8');
  key = await readFile(issued.keyFile, 'utf8');
  await run('openssl', ['x509', '-in', authority.caFile, '-outform', 'der', '-out', join(folder, 'ca.der')]);
  der = await readFile(join(folder, 'ca.der'));
});
afterAll(() => removeScratchFolder(folder));

const text = (content: string) => authorityProblem(Buffer.from(content));

it('takes certificates of authorities, with whatever stands around them', () => {
  expect(text(root)).toBeNull();
  expect(text(`# our authority\r\n${root.replaceAll('\n', '\r\n')}`)).toBeNull();
  expect(text(leaf + root)).toBeNull();
  expect(text(`\ufeff${root}`)).toBeNull();
});

it('says which it is when the file is something else', () => {
  expect(text('')).toBe('it is empty');
  expect(text('-- nothing of the kind --')).toMatch(/holds no certificate/);
  expect(authorityProblem(der)).toMatch(/in DER/);
  expect(authorityProblem(Buffer.from(root, 'utf16le'))).toMatch(/UTF-16/);
  expect(authorityProblem(Buffer.from(`\ufeff${root}`, 'utf16le'))).toMatch(/UTF-16/);
  expect(text(key)).toMatch(/private key/);
  expect(text(leaf)).toMatch(/only intermediate certificates: add that of the root authority.*CN=/);
  expect(text(root.slice(0, root.length / 2))).toBe('its certificate is cut off');
  expect(text(root + leaf.replace(/[A-Za-z]{20}/, 'A'.repeat(20)))).toBe('its certificate number 2 cannot be read');
  expect(text('-----BEGIN PKCS7-----\nMII=\n-----END PKCS7-----')).toBe('it holds no certificate, but pkcs7');
});
