import { Resolver } from 'node:dns/promises';
import { type AppError, isAppError } from '../../../shared/errors.ts';
import type { DirectoryFinder, FoundDirectory, FoundServer, ShownCertificate, Trouble } from '../../core/ports/directory-finder.ts';
import { openConnection } from '../ldap/open-connection.ts';
import { OID, type RootDse } from '../ldap/root-dse.ts';
import { tlsOptions } from '../ldap/tls-options.ts';
import { lookAtChain, type SeenChain } from './certificate-chain.ts';
import { type Candidate, type ResolveSrv, serversOf } from './find-servers.ts';

/** Milliseconds: for agreeing on TLS with one server one way, and for one answer of it. */
const LIMIT = 4000;
/** Milliseconds for an answer of the DNS, which is asked twice at most. */
const DNS_LIMIT = 2000;

/** @param resolveSrv the DNS of this machine unless given */
export function createDirectoryFinder(resolveSrv: ResolveSrv = systemSrv()): DirectoryFinder {
  return {
    async look(address, authority) {
      const wanted = await serversOf(address, resolveSrv);
      const seen = await Promise.all(wanted.map((ways) => lookAtServer(ways, authority)));
      const servers = seen.map(({ server }) => server);
      const first = seen.find((each) => each.seen !== null);
      if (first === undefined || first.seen === null) return { ...nothing, servers };
      const { chain, refusal } = first.seen;
      const rootDse = await readRoot(first.server, authority);
      return {
        ...{ servers, chain, trust: refusal === null ? null : troubleOf(refusal) },
        authority: refusal?.code === 'directory.tls-unknown-ca' ? authorityOf(chain) : null,
        kind: rootDse === null ? null : kindOf(rootDse),
        product: rootDse === null ? null : productOf(rootDse),
        namingContexts: rootDse === null ? [] : treesOf(rootDse),
      };
    },
  };
}

const nothing: Omit<FoundDirectory, 'servers'> = {
  ...{ chain: [], trust: null, authority: null, kind: null, product: null, namingContexts: [] },
};

function systemSrv(): ResolveSrv {
  const resolver = new Resolver({ timeout: DNS_LIMIT, tries: 1 });
  return (name) => resolver.resolveSrv(name);
}

/** The first way that works; else what is wrong with the first, which is the better one. */
async function lookAtServer(
  ways: readonly Candidate[],
  authority: string | undefined,
): Promise<{ server: FoundServer; seen: SeenChain | null }> {
  let failed: { server: FoundServer; seen: null } | null = null;
  for (const way of ways) {
    try {
      return { server: { ...way, trouble: null }, seen: await lookAtChain(way, authority, LIMIT) };
    } catch (error) {
      if (!isAppError(error)) throw error;
      failed ??= { server: { ...way, trouble: troubleOf(error) }, seen: null };
    }
  }
  if (failed === null) throw new RangeError('a server without a way to it');
  return failed;
}

function troubleOf({ code, details }: AppError): Trouble {
  return { code, problem: String(details.problem ?? code), fix: String(details.fix ?? '') };
}

/** The end of the chain, where it is an authority of its own. A server that keeps it back has to be asked for it elsewhere. */
function authorityOf(chain: readonly ShownCertificate[]): ShownCertificate | null {
  const last = chain.at(-1);
  return last?.isRoot === true ? last : null;
}

/**
 * What the server tells everybody; null where it tells nobody. Read without looking at the certificate: nothing is sent that anybody
 * may not know, and what is read is shown to somebody who judges it.
 */
async function readRoot({ url, startTls }: FoundServer, authority: string | undefined): Promise<RootDse | null> {
  const ca = authority === undefined ? {} : { ca: authority };
  const tls = tlsOptions({ ...ca, startTls, verify: 'trial-without-verification' }, url);
  try {
    const connection = await openConnection({ url, tls, startTls, connectTimeout: LIMIT, operationTimeout: LIMIT });
    try {
      await connection.readRootDse();
      return connection.rootDse;
    } finally {
      connection.close();
    }
  } catch (error) {
    if (isAppError(error)) return null;
    throw error;
  }
}

function kindOf(rootDse: RootDse): NonNullable<FoundDirectory['kind']> {
  if (rootDse.supportedCapabilities.has(OID.activeDirectory)) return 'active-directory';
  if (/^389-directory\b/i.test(rootDse.vendorVersion ?? '')) return '389ds';
  if (rootDse.objectClasses.some((name) => name.toLowerCase() === 'openldaprootdse')) return 'openldap';
  return 'ldap';
}

function productOf({ vendorName, vendorVersion }: RootDse): string | null {
  const told = [vendorName, vendorVersion].filter((text) => text !== null).join(' ');
  return told === '' ? null : told;
}

/** Without those that hold configuration, schema and the like. */
function treesOf({ defaultNamingContext, namingContexts }: RootDse): string[] {
  if (defaultNamingContext !== null && namingContexts.includes(defaultNamingContext)) {
    const inside = (dn: string) => /^(CN=|DC=(DomainDnsZones|ForestDnsZones),)/i.test(dn);
    return [defaultNamingContext, ...namingContexts.filter((dn) => dn !== defaultNamingContext && !inside(dn))];
  }
  return namingContexts.filter((dn) => !/^(cn=(config|schema|monitor|changelog)|o=netscaperoot)$/i.test(dn));
}
