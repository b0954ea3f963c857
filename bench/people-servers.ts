import type { Client, Filter } from 'ldapts';
import type { ConfigurationDocument } from '../src/core/configuration/document.ts';
import { accountAttributes } from '../src/directory/active-directory/account.ts';
import { equals } from '../src/directory/ldap/filters.ts';
import { startSamba } from '../test/servers/samba.ts';
import { addSambaPeople } from '../test/servers/samba-people.ts';
import { startSlapd } from '../test/servers/slapd.ts';
import { PASSWORD_VARIABLE, signedIn } from './directories.ts';

/** A server with many people of the names `user0`, `user1`, ..., among whom somebody is looked for. */
export interface PeopleServer {
  readonly title: string;
  /** How many were loaded besides the seed. */
  readonly people: number;
  readonly section: ConfigurationDocument['directories'][number];
  readonly bare: BareSearch;
  /** A client of the service account, whose password is in the environment. */
  connect(): Promise<Client>;
  stop(): Promise<void>;
}

/** The same search in bare LDAP: what a list needs of each person. */
export interface BareSearch {
  readonly baseDn: string;
  readonly person: Filter;
  /** In what a text is looked for. */
  readonly searched: readonly string[];
  readonly attributes: readonly string[];
  /** Names as the schema spells them: what is no text. */
  readonly binary: readonly string[];
}

/** Loaded by `slapadd`, with the indices that the handbook advises. */
export async function openldapPeople(people: number): Promise<PeopleServer> {
  const server = await startSlapd({
    generatedUsers: people,
    databaseLines: ['index cn,displayName,employeeNumber eq,sub', 'maxreaders 126'],
  });
  process.env[PASSWORD_VARIABLE] = server.service.password;
  const searched = ['cn', 'displayName', 'uid', 'mail', 'employeeNumber'];
  const { url, caFile, peopleDn, service } = server;
  return {
    title: 'OpenLDAP',
    people,
    section: {
      ...{ kind: 'openldap', id: 'people', label: 'People', baseDn: peopleDn, servers: [{ url }], tls: { caFile } },
      serviceAccount: { name: service.name, password: `env:${PASSWORD_VARIABLE}` },
    },
    bare: {
      ...{ baseDn: peopleDn, person: equals('objectClass', 'person'), searched, binary: [] },
      attributes: [...searched, 'entryUUID', 'givenName', 'sn', 'mobile', 'memberOf', 'pwdAccountLockedTime', 'pwdChangedTime'],
    },
    connect: () => signedIn(server, service.name, service.password),
    stop: () => server.stop(),
  };
}

/**
 * Loaded into the database of a domain controller; it has the indices of its schema, of which none is for parts of a value.
 * @param onProgress told how many were loaded
 */
export async function sambaPeople(people: number, onProgress: (added: number) => void): Promise<PeopleServer> {
  const server = await startSamba();
  const { url, caFile, baseDn, service } = server;
  try {
    await addSambaPeople(server, people, onProgress);
  } catch (error) {
    await server.stop();
    throw error;
  }
  process.env[PASSWORD_VARIABLE] = service.password;
  return {
    title: 'Samba AD DC',
    people,
    section: {
      ...{ kind: 'active-directory', id: 'people', label: 'People', baseDn, servers: [{ url }], tls: { caFile } },
      serviceAccount: { name: service.name, password: `env:${PASSWORD_VARIABLE}` },
    },
    bare: {
      ...{ baseDn, person: equals('sAMAccountType', '805306368'), attributes: accountAttributes, binary: ['objectGUID'] },
      searched: ['sAMAccountName', 'userPrincipalName', 'displayName', 'givenName', 'sn', 'mail', 'employeeNumber', 'employeeID'],
    },
    connect: () => signedIn(server, service.name, service.password),
    stop: () => server.stop(),
  };
}
