import { execFileSync, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { copyFileSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import packageFile from '../../package.json' with { type: 'json' };
import { payloadNames, releaseFolder } from './msi-payload.ts';
import { makeSigningCertificates, makeSoftToken, type SigningCertificates, startTimeStamping } from './signing-certificates.ts';

const script = (name: string) => fileURLToPath(new URL(`../installer/${name}`, import.meta.url));
const msiName = `KeyturnLogon-${packageFile.version}-x64.msi`;
let folder: string;
let certificates: SigningCertificates;
let environment: NodeJS.ProcessEnv;

function run(name: string, args: string[], more: NodeJS.ProcessEnv = {}): { status: number | null; output: string } {
  const { status, stdout, stderr } = spawnSync('sh', [script(name), ...args], { env: { ...environment, ...more }, encoding: 'utf8' });
  return { status, output: stdout + stderr };
}

function verifies(file: string, ca = certificates.ca): boolean {
  return spawnSync('osslsigncode', ['verify', '-CAfile', ca, '-in', file]).status === 0;
}

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'keyturn-signing-test-'));
  certificates = makeSigningCertificates(folder);
  environment = {
    ...process.env,
    KEYTURN_WINDOWS_FILES: releaseFolder,
    KEYTURN_SIGN_CERTIFICATES: certificates.certificates,
    KEYTURN_SIGN_KEY: certificates.key,
    KEYTURN_SIGN_CA: certificates.ca,
    KEYTURN_SIGN_TIME: String(Math.floor(Date.now() / 1000)),
  };
  for (const name of ['first', 'second']) expect(run('package.sh', [join(folder, name)])).toMatchObject({ status: 0 });
});
afterAll(() => rmSync(folder, { recursive: true }));

describe('the signed package', () => {
  it('has the installer, the policy templates and checksums that are right', () => {
    const first = join(folder, 'first');
    expect(readdirSync(first).sort()).toEqual([msiName, 'SHA256SUMS', 'policy']);
    expect(readdirSync(join(first, 'policy')).sort()).toEqual(['Keyturn.admx', 'de-DE', 'en-US']);
    execFileSync('sha256sum', ['--check', '--strict', 'SHA256SUMS'], { cwd: first, stdio: 'ignore' });
  });

  it('has a signed installer with signed programs inside', () => {
    const msi = join(folder, 'first', msiName);
    expect(verifies(msi)).toBe(true);
    const inside = join(folder, 'inside');
    execFileSync('msiextract', ['-C', inside, msi], { stdio: 'ignore' });
    const files = readdirSync(inside, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
    expect(files.map(({ name }) => name).sort()).toEqual([...payloadNames]);
    for (const { parentPath, name } of files) expect(`${name} ${verifies(join(parentPath, name))}`).toBe(`${name} true`);
  });

  it('is the same byte for byte when made and signed again', () => {
    expect(readFileSync(join(folder, 'first', msiName)).equals(readFileSync(join(folder, 'second', msiName)))).toBe(true);
  });
});

describe('a signature', () => {
  const damaged = (name: string, change: (bytes: Buffer) => void) => {
    const file = join(folder, `damaged-${name}`);
    copyFileSync(join(folder, name), file);
    const bytes = readFileSync(file);
    change(bytes);
    writeFileSync(file, bytes);
    return file;
  };

  beforeAll(() => {
    for (const name of payloadNames) copyFileSync(join(releaseFolder, name), join(folder, name));
    expect(
      run(
        'sign.sh',
        payloadNames.map((name) => join(folder, name)),
      ),
    ).toMatchObject({ status: 0 });
  });

  it.each(payloadNames)('of %s breaks with one changed bit', (name) => {
    expect(verifies(join(folder, name))).toBe(true);
    const file = damaged(name, (bytes) => bytes.writeUInt8(bytes.readUInt8(0x800) ^ 1, 0x800));
    expect(verifies(file)).toBe(false);
  });

  it('of the installer breaks when a table is changed', () => {
    const file = join(folder, 'changed.msi');
    copyFileSync(join(folder, 'first', msiName), file);
    execFileSync('msibuild', [file, '-q', "UPDATE Property SET Value='x' WHERE Property='Manufacturer'"]);
    expect(verifies(file)).toBe(false);
  });

  it('of an unknown authority is refused', () => {
    expect(verifies(join(folder, 'first', msiName), certificates.otherCa)).toBe(false);
  });

  it('that does not verify leaves the file as it was, and the script says so', () => {
    const file = join(folder, 'untouched.dll');
    copyFileSync(join(releaseFolder, payloadNames[0]), file);
    const before = readFileSync(file);
    expect(run('sign.sh', [file], { KEYTURN_SIGN_CA: certificates.otherCa }).status).toBe(1);
    expect(readFileSync(file).equals(before)).toBe(true);
  });

  it.each(['KEYTURN_SIGN_CERTIFICATES', 'KEYTURN_SIGN_KEY', 'KEYTURN_SIGN_CA'])('is not made without %s', (name) => {
    const result = run('sign.sh', [join(folder, payloadNames[0])], { [name]: '' });
    expect(result.status).not.toBe(0);
    expect(result.output).toContain(name);
  });

  it('is not made by a package run that cannot sign', () => {
    mkdirSync(join(folder, 'failing'));
    const result = run('package.sh', [join(folder, 'failing')], { KEYTURN_SIGN_KEY: join(folder, 'no-such.key') });
    expect(result.status).not.toBe(0);
    expect(readdirSync(join(folder, 'failing'))).toEqual([]);
  });
});

describe('the key of a release', () => {
  const copy = (name: string) => {
    const file = join(folder, name);
    copyFileSync(join(releaseFolder, payloadNames[1]), file);
    return file;
  };

  it('is used inside a token, by PKCS#11, and the token asks for its PIN', () => {
    execFileSync('sh', ['scripts/install-packages.sh', 'softhsm2', 'libengine-pkcs11-openssl'], { stdio: 'ignore' });
    const token = makeSoftToken(folder, certificates);
    const variables = { ...token.environment, KEYTURN_SIGN_MODULE: token.module, KEYTURN_SIGN_KEY: token.keyUri };
    const file = copy('token.exe');
    expect(run('sign.sh', [file], { ...variables, KEYTURN_SIGN_PIN_FILE: token.pinFile })).toMatchObject({ status: 0 });
    expect(verifies(file)).toBe(true);

    const refused = copy('no-pin.exe');
    writeFileSync(join(folder, 'wrong-pin'), '9999');
    expect(run('sign.sh', [refused], { ...variables, KEYTURN_SIGN_PIN_FILE: join(folder, 'wrong-pin') }).status).not.toBe(0);
    expect(verifies(refused)).toBe(false);
  });
});

describe('a time stamp', () => {
  // Asynchronous, since the service that stamps lives in this process.
  const runAsync = async (file: string, more: NodeJS.ProcessEnv) => {
    const child = spawn('sh', [script('sign.sh'), file], { env: { ...environment, KEYTURN_SIGN_TIME: '', ...more }, stdio: 'ignore' });
    const [status] = (await once(child, 'exit')) as [number | null];
    return status;
  };

  it('is asked for, kept and verified, and a release without the one it was to have is not signed', async () => {
    const file = join(folder, 'stamped.exe');
    copyFileSync(join(releaseFolder, payloadNames[1]), file);
    const service = await startTimeStamping(folder);
    expect(await runAsync(file, { KEYTURN_SIGN_TIMESTAMP: service.address, KEYTURN_SIGN_TIMESTAMP_CA: certificates.ca })).toBe(0);
    const told = execFileSync('osslsigncode', ['verify', '-CAfile', certificates.ca, '-TSA-CAfile', certificates.ca, '-in', file], {
      encoding: 'utf8',
    });
    expect(told).toMatch(/Timestamp Server Signature verification: ok/);

    await service.stop();
    const other = join(folder, 'not-stamped.exe');
    copyFileSync(join(releaseFolder, payloadNames[1]), other);
    expect(await runAsync(other, { KEYTURN_SIGN_TIMESTAMP: service.address, KEYTURN_SIGN_TIMESTAMP_CA: certificates.ca })).not.toBe(0);
    expect(readFileSync(other).equals(readFileSync(join(releaseFolder, payloadNames[1])))).toBe(true);
  });
});
