import type { LdapConnection } from './connection.ts';

/**
 * Which server answers on a connection: its address and, where it tells it, its own name, since one address may lead to several servers
 * (the name of an AD domain resolves to every domain controller; a load balancer).
 */
export function identityOf(connection: Pick<LdapConnection, 'server' | 'rootDse'>): string {
  const { serverName } = connection.rootDse;
  return serverName === null ? connection.server : `${connection.server} ${serverName.toLowerCase()}`;
}

/** The address within an identity. */
export function addressOf(identity: string): string {
  return identity.split(' ', 1)[0] ?? identity;
}
