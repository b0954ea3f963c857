/** How one environment variable becomes a setting. */
export interface EnvironmentVariable {
  name: string;
  /** Path of the setting in the document. */
  path: readonly [string] | readonly [string, string];
  read(text: string): unknown;
  description: string;
}

const asIs = (text: string): unknown => text;
const asNumber = (text: string): unknown => (/^\d+$/.test(text) ? Number(text) : text);
const asList = (text: string): unknown =>
  text
    .split(',')
    .map((part) => part.trim())
    .filter((part) => part !== '');
/** `id=reference,id=reference`; a single reference without an id becomes the key `main`. */
const asKeys = (text: string): unknown =>
  (asList(text) as string[]).map((part) => {
    const [, id, secret] = /^([^=:]+)=(.*)$/.exec(part) ?? [];
    return id === undefined ? { id: 'main', secret: part } : { id, secret };
  });

/** The variables that override the settings file. `KEYTURN_CONFIG` names the file itself. */
export const ENVIRONMENT_VARIABLES: readonly EnvironmentVariable[] = [
  { name: 'KEYTURN_LISTEN_HOST', path: ['listen', 'host'], read: asIs, description: 'Overrides `listen.host`.' },
  { name: 'KEYTURN_LISTEN_PORT', path: ['listen', 'port'], read: asNumber, description: 'Overrides `listen.port`.' },
  { name: 'KEYTURN_DATA_DIRECTORY', path: ['dataDirectory'], read: asIs, description: 'Overrides `dataDirectory`.' },
  { name: 'KEYTURN_DATABASE_URL', path: ['database', 'url'], read: asIs, description: 'Overrides `database.url`.' },
  {
    name: 'KEYTURN_KEYS',
    path: ['keys'],
    read: asKeys,
    description: 'Overrides `keys`: `id=reference`, several separated by commas, for example `k2=file:/etc/keyturn/k2,k1=env:OLD_KEY`.',
  },
  {
    name: 'KEYTURN_TRUSTED_PROXIES',
    path: ['trustedProxies'],
    read: asList,
    description: 'Overrides `trustedProxies`: addresses and networks separated by commas.',
  },
  { name: 'KEYTURN_LOG_LEVEL', path: ['logLevel'], read: asIs, description: 'Overrides `logLevel`.' },
];

/**
 * What the environment says. An empty variable counts as not set.
 *
 * @returns the values as a partial document, and for each path the variable it came from
 */
export function environmentSettings(environment: Record<string, string | undefined>): {
  values: Record<string, unknown>;
  names: Map<string, string>;
} {
  const values: Record<string, unknown> = {};
  const names = new Map<string, string>();
  for (const variable of ENVIRONMENT_VARIABLES) {
    const text = environment[variable.name];
    if (text === undefined || text === '') continue;
    const [section, name] = variable.path;
    const value = variable.read(text);
    values[section] = name === undefined ? value : { ...(values[section] as Record<string, unknown> | undefined), [name]: value };
    names.set(variable.path.join('.'), variable.name);
  }
  return { values, names };
}
