import { join } from 'node:path';

export const realm = 'AD.EXAMPLE.TEST';
export const domain = 'EXAMPLE';
export const dnsDomain = 'ad.example.test';
export const hostName = 'dc1';
export const baseDn = 'DC=ad,DC=example,DC=test';

/** Folders Samba wants to exist below its own. */
export const sambaFolders = ['etc', 'run', 'log', 'private', 'state', 'cache', 'lock', 'tls', 'bind-dns', 'ncalrpc', 'signd'] as const;

/**
 * smb.conf of a domain controller that lives in one folder and on one loopback address and touches nothing else of the machine.
 * Every directory must be named: one left out falls back to the packaged path below /var or /run.
 */
export function smbConf(folder: string, address: string, name: string = hostName, more: readonly string[] = []): string {
  const at = (name: string): string => join(folder, name);
  return `[global]
  netbios name = ${name.toUpperCase()}
  realm = ${realm}
  workgroup = ${domain}
  server role = active directory domain controller
  interfaces = ${address}/8
  bind interfaces only = yes
  server services = rpc nbt wrepl ldap cldap kdc drepl kcc
  disable netbios = yes
  smb ports = 445
  private dir = ${at('private')}
  state directory = ${at('state')}
  cache directory = ${at('cache')}
  lock directory = ${at('lock')}
  pid directory = ${at('run')}
  binddns dir = ${at('bind-dns')}
  ncalrpc dir = ${at('ncalrpc')}
  winbindd socket directory = ${at('run')}
  ntp signd socket directory = ${at('signd')}
  log file = ${at('log')}/log.%m
  logging = file
  log level = 1
  tls enabled = yes
  tls keyfile = ${at('tls')}/server.key
  tls certfile = ${at('tls')}/server.pem
  tls cafile = ${at('tls')}/ca.pem
  ldap server require strong auth = yes
  # The password before the last one would pass a simple bind for another hour otherwise.
  old password allowed period = 0
  panic action =
${more.map((line) => `  ${line}\n`).join('')}  dns forwarder =
[sysvol]
  path = ${at('state')}/sysvol
  read only = no
[netlogon]
  path = ${at('state')}/sysvol/${dnsDomain}/scripts
  read only = no
`;
}

/** krb5.conf that finds the domain's key distribution centre without DNS. */
export function krb5Conf(address: string): string {
  return `[libdefaults]
  default_realm = ${realm}
  dns_lookup_realm = false
  dns_lookup_kdc = false
  rdns = false
  udp_preference_limit = 1
[realms]
  ${realm} = {
    kdc = ${address}
    admin_server = ${address}
    kpasswd_server = ${address}
  }
[domain_realm]
  .${dnsDomain} = ${realm}
  ${dnsDomain} = ${realm}
`;
}
