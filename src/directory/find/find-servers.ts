import type { SrvRecord } from 'node:dns';
import { isIP } from 'node:net';
import { AppError, isAppError } from '../../../shared/errors.ts';

/** A server to be tried, over TLS from the start or by StartTLS. */
export interface Candidate {
  readonly url: string;
  readonly startTls: boolean;
}

/** Asks the DNS for the servers of a service (RFC 2782). */
export type ResolveSrv = (name: string) => Promise<SrvRecord[]>;

/** Servers that are looked at, at most: the schema takes no more (`directories[].servers`). */
const MOST = 10;

const HOST = /^(?=.{1,253}$)[a-z0-9_]([a-z0-9_-]{0,62})(\.[a-z0-9_-]{1,63})*\.?$/i;

/**
 * Which servers an address means, each with the ways to try, best first. A name without a port may be a domain: then the DNS tells its
 * servers (MS-ADTS 6.3.2.3, RFC 2782), those of Active Directory first.
 * @throws AppError `directory.address-invalid`
 */
export async function serversOf(typed: string, resolveSrv: ResolveSrv): Promise<Candidate[][]> {
  const address = typed.trim();
  const scheme = /^([a-z][a-z0-9+.-]*):\/\//i.exec(address)?.[1]?.toLowerCase();
  if (scheme !== undefined && scheme !== 'ldap' && scheme !== 'ldaps') throw invalid(typed, 'it begins with neither ldaps:// nor ldap://');
  const rest = (scheme === undefined ? address : address.slice(scheme.length + 3)).replace(/\/$/, '');
  const { host, port } = split(rest, typed);
  if (scheme !== undefined) return [[candidate(scheme === 'ldaps', host, port)]];
  if (port !== null) return [[candidate(port !== 389, host, port), candidate(port === 389, host, port)]];
  const records = isIP(host) === 0 ? await servicesOf(host.replace(/\.$/, ''), resolveSrv) : [];
  if (records.length === 0) return [bothWays(host)];
  return records.map((record) => (record.port === 389 ? bothWays(record.name) : [candidate(false, record.name, record.port)]));
}

function split(text: string, typed: string): { host: string; port: number | null } {
  const [, bracketed, name, digits] = /^(?:\[([0-9a-f:.]+)\]|([^:[\]]+))(?::(\d{1,5}))?$/i.exec(text) ?? [];
  const host = bracketed ?? name ?? (isIP(text) === 6 ? text : undefined);
  if (host === undefined || (isIP(host) === 0 && !HOST.test(host))) throw invalid(typed, 'it is no name of a server');
  const port = digits === undefined ? null : Number(digits);
  if (port !== null && (port < 1 || port > 65_535)) throw invalid(typed, 'there is no such port');
  if (port === 3268 || port === 3269)
    throw invalid(typed, 'this is the port of the global catalogue, which takes no changes: leave it out');
  return { host, port };
}

function candidate(secure: boolean, host: string, port: number | null): Candidate {
  const name = isIP(host) === 6 ? `[${host}]` : host.replace(/\.$/, '');
  return { url: `${secure ? 'ldaps' : 'ldap'}://${name}${port === null ? '' : `:${port}`}`, startTls: !secure };
}

function bothWays(host: string): Candidate[] {
  return [candidate(true, host, null), candidate(false, host, null)];
}

async function servicesOf(domain: string, resolveSrv: ResolveSrv): Promise<SrvRecord[]> {
  for (const service of ['_ldap._tcp.dc._msdcs', '_ldap._tcp']) {
    // No answer and no such name are the same here: then the name is that of a host.
    const records = await resolveSrv(`${service}.${domain}`).catch((error: unknown) => {
      if (isAppError(error)) throw error;
      return [];
    });
    const usable = records.filter(({ name, port }) => HOST.test(name) && port > 0);
    if (usable.length > 0) return usable.sort((one, other) => one.priority - other.priority || other.weight - one.weight).slice(0, MOST);
  }
  return [];
}

function invalid(address: string, problem: string): AppError {
  return new AppError('directory.address-invalid', { address: address.slice(0, 200), problem });
}
