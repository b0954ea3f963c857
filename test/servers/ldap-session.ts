import { Attribute, Change, Client, InvalidCredentialsError, type SearchOptions } from 'ldapts';

/** Where and as whom to connect. The URL is `ldaps://`; `caPem` is the only issuer trusted. */
export interface LdapLogin {
  readonly url: string;
  readonly caPem: string;
  readonly name: string;
  readonly password: string;
  /** Does not look at the server's certificate. */
  readonly trustAnyCertificate?: boolean;
}

/** Connects, binds, does the work, and always closes the connection. */
export async function withLdap<T>(login: LdapLogin, work: (client: Client) => Promise<T>): Promise<T> {
  const client = new Client({
    url: login.url,
    tlsOptions: { ca: login.caPem, rejectUnauthorized: login.trustAnyCertificate !== true },
    timeout: 60_000,
    connectTimeout: 5000,
  });
  try {
    await client.bind(login.name, login.password);
    return await work(client);
  } finally {
    await client.unbind().catch(() => {});
  }
}

/** Whether the directory lets this name in with this password. Anything but "invalid credentials" (49) throws. */
export async function canBind(login: LdapLogin): Promise<boolean> {
  try {
    await withLdap(login, async () => {});
    return true;
  } catch (error) {
    if (error instanceof InvalidCredentialsError) return false;
    throw error;
  }
}

/** Reads one entry; an attribute that is absent or not readable is an empty list. */
export async function readEntry(client: Client, dn: string, attributes: readonly string[]): Promise<Record<string, string[]>> {
  const options: SearchOptions = { scope: 'base', attributes: [...attributes] };
  const { searchEntries } = await client.search(dn, options);
  const entry = searchEntries[0];
  const result: Record<string, string[]> = {};
  for (const attribute of attributes) {
    const value = entry?.[attribute] ?? [];
    result[attribute] = (Array.isArray(value) ? value : [value]).map(String);
  }
  return result;
}

/** Changes that replace whole attributes; an empty list removes one. */
export function replaceAttributes(attributes: Readonly<Record<string, string | readonly string[]>>): Change[] {
  return Object.entries(attributes).map(([type, values]) => {
    const modification = new Attribute({ type, values: typeof values === 'string' ? [values] : [...values] });
    return new Change({ operation: 'replace', modification });
  });
}

/** Gives an entry another name, another place, or both; what the old name said goes with it. */
export async function renameEntry(login: LdapLogin, dn: string, newDn: string): Promise<void> {
  await withLdap(login, (client) => client.modifyDN(dn, newDn));
}
