import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import type { Configuration } from '../../core/configuration/document.ts';
import { checkSecretFiles } from './check-secret-files.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'keyturn-secrets-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

it('tells of each file that a secret comes from whether others can read it, once', () => {
  const [open, closed] = [join(folder, 'open'), join(folder, 'closed')];
  writeFileSync(open, 'x', { mode: 0o644 });
  writeFileSync(closed, 'x', { mode: 0o600 });
  const configuration = {
    directories: [{ serviceAccount: { password: `file:${open}` } }, { serviceAccount: { password: `file:${open}` } }],
    mail: { servers: [{ password: `file:${closed}` }, { password: 'env:MAIL' }, { password: `file:${join(folder, 'none')}` }] },
  } as unknown as Configuration;
  expect(checkSecretFiles(configuration)).toMatchObject([
    { level: 'ok', area: 'secrets', text: expect.stringContaining(closed) },
    { level: 'warn', area: 'secrets', text: expect.stringContaining(`${open} (mode 644)`), lines: [`chmod 600 ${open}`] },
  ]);
});
