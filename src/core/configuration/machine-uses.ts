import { canonicalJson } from '../audit/canonical-json.ts';
import type { CheckContext, Report } from './check-context.ts';
import type { Json } from './diff-configuration.ts';
import type { DocumentPath } from './format-path.ts';
import { secretReferenceSchema } from './mail-section.ts';

/**
 * What a document takes from the machine it runs on: secrets, which it sends somewhere, and files. Who may change the configuration
 * from elsewhere is not who has the console: a document that names a secret of their choice beside a server of their choice would
 * hand them everything that the process may read, and one that only moves a server would hand them the secret that it has.
 */
interface MachineUse {
  readonly path: DocumentPath;
  /** The reference or the path of the file. */
  readonly names: string;
  /** Of a secret: where it goes, with what is expected of who is there. */
  readonly to: string | null;
}

/** Settings whose texts are paths of files. */
export const FILE_SETTINGS: readonly string[] = ['caFile', 'file', 'files'];

const ONLY_AT_THE_CONSOLE = 'is named here for the first time: that takes a change at the console of a node';
const MOVED = 'would go to another place than now: that takes a change at the console of a node';

/** References whose secrets who asks has given themselves: nothing of the machine is taken for them. */
type GivenSecrets = ReadonlySet<string>;
export const NONE_GIVEN: GivenSecrets = new Set();

/** Reports what a document takes from the machine that the one in force does not take, or sends elsewhere. */
export function checkMachineUses(before: Json, after: Json, report: Report, given = NONE_GIVEN): void {
  const known = usesOf(before);
  for (const { path, names, to } of usesOf(after)) {
    if (to !== null && given.has(names)) continue;
    const same = known.filter((use) => use.names === names);
    if (same.length === 0) report('error', path, `${names} ${ONLY_AT_THE_CONSOLE}`);
    else if (!same.some((use) => use.to === to)) report('error', path, `${names} ${MOVED}`);
  }
  const services = new Set(localServices(before).map(({ url }) => url));
  for (const { path, url } of localServices(after))
    if (!services.has(url)) report('error', path, `${url} is on this machine, and ${ONLY_AT_THE_CONSOLE}`);
}

/**
 * What is called in clear, which is a service of the machine itself (`checkSms`, `checkPasswordRules`): such a one often obeys whoever
 * reaches it, and a gateway for texts sends it whatever body and headers the document says.
 */
function localServices(document: Json, path: DocumentPath = []): { path: DocumentPath; url: string }[] {
  if (typeof document === 'string') return path.at(-1) === 'url' && /^http:/i.test(document) ? [{ path, url: document }] : [];
  if (typeof document !== 'object' || document === null) return [];
  const entries: [string | number, Json][] = Array.isArray(document) ? [...document.entries()] : Object.entries(document);
  return entries.flatMap(([key, inner]) => localServices(inner, [...path, key]));
}

/** A context that looks at nothing of the machine that the document in force does not name: whoever asks learns of nothing else. */
export function withinKnown(context: CheckContext, before: Json, given = NONE_GIVEN): CheckContext {
  const known = new Set(usesOf(before).map(({ names }) => names));
  return {
    ...context,
    // What is not known is reported by `checkMachineUses`, once.
    secretProblem: (reference) => (known.has(reference) && !given.has(reference) ? context.secretProblem(reference) : null),
    authorityFileProblem: (path) => (known.has(path) ? context.authorityFileProblem(path) : null),
  };
}

function usesOf(document: Json): MachineUse[] {
  const uses: MachineUse[] = [];
  const walk = (value: Json, path: DocumentPath): void => {
    if (typeof value === 'string') {
      if (secretReferenceSchema.safeParse(value).success) uses.push({ path, names: value, to: destinationOf(document, path) });
      else if (path.some((key) => typeof key === 'string' && FILE_SETTINGS.includes(key))) uses.push({ path, names: value, to: null });
    } else if (typeof value === 'object' && value !== null) {
      const entries: [string | number, Json][] = Array.isArray(value) ? [...value.entries()] : Object.entries(value);
      for (const [key, inner] of entries) walk(inner, [...path, key]);
    }
  };
  walk(document, []);
  return uses;
}

interface Unit {
  readonly at: readonly (string | null)[];
  /** Settings that say where its secrets go. */
  readonly settings: readonly string[];
  /** What else does, for a secret in one setting of it. */
  readonly within?: (unit: JsonObject, setting: string | number | undefined) => Json;
}

/** Each unit that has secrets. Of what is not here, all of its section counts. */
const UNITS: readonly Unit[] = [
  { at: ['directories', null], settings: ['kind', 'servers', 'tls'] },
  { at: ['signIn', 'openIdConnect'], settings: ['issuer', 'clientId'] },
  { at: ['mail', 'servers', null], settings: ['host', 'port', 'security', 'caFile'] },
  // The body holds the text itself: a key that stands there would be read by whoever gets one.
  {
    at: ['sms', 'gateways', null],
    settings: ['url', 'caFile'],
    within: (gateway, setting) => (setting === 'key' ? keyPlaces(gateway) : 'head'),
  },
];

type JsonObject = { readonly [key: string]: Json };

/** Where the key of a gateway is put into what it is sent, with all that stands beside it there. */
function keyPlaces({ json, form }: JsonObject): Json {
  const places: Json[] = [];
  const walk = (value: Json | undefined, path: readonly (string | number)[]): void => {
    if (typeof value === 'string' && value.includes('{{key}}')) places.push([path.join('/'), value]);
    if (typeof value !== 'object' || value === null) return;
    for (const [name, inner] of Array.isArray(value) ? [...value.entries()] : Object.entries(value)) walk(inner, [...path, name]);
  };
  walk(json, ['json']);
  walk(form, ['form']);
  return places;
}

function destinationOf(document: Json, path: DocumentPath): string {
  const unit = UNITS.find(({ at }) => at.every((key, index) => (key === null ? typeof path[index] === 'number' : path[index] === key)));
  let value: Json | undefined = document;
  for (const key of path.slice(0, unit?.at.length ?? 1)) value = (value as Record<string | number, Json> | undefined)?.[key];
  if (unit === undefined || typeof value !== 'object' || value === null || Array.isArray(value)) return canonicalJson(value);
  const own = value;
  const said = Object.fromEntries(unit.settings.flatMap((key) => (own[key] === undefined ? [] : [[key, own[key]]])));
  return canonicalJson({ ...said, ...(unit.within === undefined ? {} : { within: unit.within(own, path[unit.at.length]) }) });
}
