import { authorityProblem } from './authority-file.ts';
import { type CheckContext, checkAuthorityFile, checkSecret, type Report } from './check-context.ts';
import type { DirectorySettings, DirectorySettingsOf, LdapSettings } from './directory-section.ts';
import { type DocumentPath, formatPath } from './format-path.ts';
import { globalCatalogProblem } from './global-catalog.ts';

/** Checks of one directory that a schema cannot say. */
export function checkDirectory(settings: DirectorySettings, path: DocumentPath, context: CheckContext, report: Report): void {
  checkProtected(settings, path, report);
  const refused = new Set<string>();
  const note: Report = (severity, at, message) => {
    if (severity === 'error') refused.add(formatPath(at));
    report(severity, at, message);
  };
  if (settings.kind === 'embedded') checkEmbedded(settings, path, note);
  else checkLdap(settings, path, context, note);
  for (const problem of context.sectionProblems(settings)) {
    const at = [...path, ...problem.path];
    if (!refused.has(formatPath(at))) report('error', at, problem.message);
  }
}

/** Checks across all directories. Takes raw entries, so that one broken entry does not hide the rest. */
export function checkDirectoryNames(entries: readonly unknown[], report: Report): void {
  repeated(entries, 'id', (path) => report('error', path, 'Another directory has this id already; ids must differ'));
  repeated(entries, 'label', (path) => report('warning', path, 'Another directory has this label already; people cannot tell them apart'));
}

function repeated(entries: readonly unknown[], property: 'id' | 'label', found: (path: DocumentPath) => void): void {
  const seen = new Set<string>();
  for (const [index, entry] of entries.entries()) {
    const value = typeof entry === 'object' && entry !== null ? (entry as Record<string, unknown>)[property] : undefined;
    if (typeof value !== 'string') continue;
    if (seen.has(value)) found(['directories', index, property]);
    seen.add(value);
  }
}

function checkProtected(settings: DirectorySettings, path: DocumentPath, report: Report): void {
  if (!settings.protected.privileged) {
    report('warning', [...path, 'protected', 'privileged'], 'Administrators can be taken over through self-service: leave this on');
  }
  for (const [index, location] of settings.protected.locations.entries()) {
    checkDn(location, [...path, 'protected', 'locations', index], report);
  }
}

function checkEmbedded(settings: DirectorySettingsOf<'embedded'>, path: DocumentPath, report: Report): void {
  const { minimumAgeHours, maximumAgeDays } = settings.policy;
  if (maximumAgeDays !== null && minimumAgeHours >= maximumAgeDays * 24) {
    report('error', [...path, 'policy', 'minimumAgeHours'], 'Passwords would expire before they may be changed');
  }
}

function checkLdap(settings: LdapSettings, path: DocumentPath, context: CheckContext, report: Report): void {
  checkTransport(settings, path, context, report);
  checkDn(settings.baseDn, [...path, 'baseDn'], report);
  if (settings.groupBaseDn !== undefined) checkDn(settings.groupBaseDn, [...path, 'groupBaseDn'], report);
  if (settings.kind === 'openldap' && settings.defaultPolicyDn !== undefined) {
    checkDn(settings.defaultPolicyDn, [...path, 'defaultPolicyDn'], report);
  }
  if (settings.kind === 'ldap' && settings.disabledPeople === 'left-out-by-people-filter' && settings.peopleFilter === undefined) {
    report('error', [...path, 'disabledPeople'], 'There is no peopleFilter that could leave them out');
  }
  // Active Directory also binds user@domain and DOMAIN\user (MS-ADTS 5.1.1.1.1).
  if (settings.kind !== 'active-directory') checkDn(settings.serviceAccount.name, [...path, 'serviceAccount', 'name'], report);
  checkSecret(settings.serviceAccount.password, [...path, 'serviceAccount', 'password'], context, report);
  if (settings.peopleFilter !== undefined && !/^\(.*\)$/s.test(settings.peopleFilter)) {
    report('error', [...path, 'peopleFilter'], 'An LDAP filter stands in parentheses, for example (objectClass=person) (RFC 4515)');
  }
  if (settings.connectTimeoutMilliseconds > settings.operationTimeoutMilliseconds) {
    report(
      'warning',
      [...path, 'connectTimeoutMilliseconds'],
      'Longer than operationTimeoutMilliseconds: failover to the next server comes late',
    );
  }
}

function checkTransport(settings: LdapSettings, path: DocumentPath, context: CheckContext, report: Report): void {
  const { tls } = settings;
  const trial = tls.verify === 'trial-without-verification';
  if (trial && !context.demo) {
    report(
      'warning',
      [...path, 'tls', 'verify'],
      'Any certificate is accepted, so anyone on the network can read passwords. For trials only',
    );
  }
  const seen = new Set<string>();
  for (const [index, { url }] of settings.servers.entries()) {
    const at = [...path, 'servers', index, 'url'];
    if (seen.has(url.toLowerCase())) report('warning', at, 'This server is in the list already');
    seen.add(url.toLowerCase());
    const catalog = settings.kind === 'active-directory' ? globalCatalogProblem(url) : null;
    if (catalog !== null) report('error', at, catalog);
    if (url.startsWith('ldap:') && !tls.startTls) {
      report(trial ? 'warning' : 'error', at, 'Passwords would cross the network in clear. Use ldaps://, or set tls.startTls to true');
    }
  }
  if (tls.startTls && settings.servers.every(({ url }) => url.startsWith('ldaps:'))) {
    report('error', [...path, 'tls', 'startTls'], 'No server has an ldap:// address; ldaps:// is encrypted from the start. Leave it out');
  }
  if (tls.ca !== undefined && tls.caFile !== undefined) report('error', [...path, 'tls', 'ca'], 'Give either ca or caFile, not both');
  const problem = tls.ca === undefined ? null : authorityProblem(Buffer.from(tls.ca));
  if (problem !== null) report('error', [...path, 'tls', 'ca'], `Expected certificates as PEM text: ${problem}`);
  checkAuthorityFile(tls.caFile, [...path, 'tls', 'caFile'], context, report);
}

/** Catches mix-ups such as a domain name or a user name; the directory judges the rest (RFC 4514). */
function checkDn(text: string, path: DocumentPath, report: Report): void {
  if (!/^\s*[A-Za-z0-9.-]+\s*=/.test(text)) report('error', path, 'Expected a distinguished name such as ou=people,dc=example,dc=com');
}
