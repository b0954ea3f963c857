import { readFileSync } from 'node:fs';
import { isIP } from 'node:net';
import { type ConnectionOptions, checkServerIdentity } from 'node:tls';
import { AppError } from '../../../shared/errors.ts';
import { authorityProblem } from '../../core/configuration/authority-file.ts';
import type { LdapSettings } from '../../core/configuration/directory-section.ts';

/** Host name or address, and port, of a server URL (IPv6 without its brackets). Ports are those of RFC 4516 unless told. */
export function serverAddress(url: string): { host: string; port: number; secure: boolean } {
  const parsed = new URL(url);
  const secure = parsed.protocol === 'ldaps:';
  return {
    host: parsed.hostname.replace(/^\[(.*)\]$/, '$1'),
    port: parsed.port === '' ? (secure ? 636 : 389) : Number(parsed.port),
    secure,
  };
}

/**
 * How the certificate of one server is checked. The authorities are read at every connect, so that a new file needs no restart.
 *
 * `host` is always given: without it Node checks a StartTLS certificate against "localhost" (tls.connect with `socket`).
 * @throws AppError `directory.tls-failed` when the file of authorities cannot be read
 */
export function tlsOptions(tls: LdapSettings['tls'], url: string): ConnectionOptions {
  const { host } = serverAddress(url);
  const name = tls.serverName ?? host;
  const authorities = readAuthorities(tls);
  return {
    host,
    minVersion: 'TLSv1.2',
    rejectUnauthorized: tls.verify === 'full',
    ...(authorities.length === 0 ? {} : { ca: authorities }),
    // RFC 6066 section 3: an address is not allowed as a server name. Node would then look for the host of the address alone.
    ...(isIP(name) === 0 ? { servername: name } : { checkServerIdentity: (_host, certificate) => checkServerIdentity(name, certificate) }),
  };
}

function readAuthorities(tls: LdapSettings['tls']): string[] {
  const authorities = tls.ca === undefined ? [] : [tls.ca];
  if (tls.caFile === undefined) return authorities;
  const content = readFile(tls.caFile);
  const problem = authorityProblem(content);
  if (problem === null) return [...authorities, content.toString('utf8')];
  const fix = 'Put the certificate of the authority into the file named by tls.caFile, as PEM text.';
  throw new AppError('directory.tls-failed', { file: tls.caFile, problem: `The file of authorities cannot be used: ${problem}`, fix });
}

function readFile(file: string): Buffer {
  try {
    return readFileSync(file);
  } catch (cause) {
    const fix = 'Make the file named by tls.caFile readable for Keyturn, or correct its path.';
    throw new AppError('directory.tls-failed', { file, problem: 'The file of authorities cannot be read', fix }, { cause });
  }
}
