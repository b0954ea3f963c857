import type { SetUpAnswers } from '../../../shared/api/set-up.ts';
import { HELPDESK_PERMISSIONS, INSTALLATION_PERMISSIONS } from '../../../shared/permissions.ts';
import type { ConfigurationDocument } from '../configuration/document.ts';
import { TEMPLATES } from './templates.ts';

/** Where the secrets of the configuration are kept: references. */
export interface SecretPlaces {
  readonly directory: string;
  readonly mail: string;
}

/** Its id in factors and events; there is one directory to begin with. */
export const DIRECTORY_ID = 'people';

/** The section of the directory; null while it is not answered. */
export function directorySectionOf(
  { directory, organisation }: SetUpAnswers,
  places: SecretPlaces,
): ConfigurationDocument['directories'][number] | null {
  if (directory === undefined) return null;
  const { kind, servers, startTls, authority, baseDn, groupBaseDn, account } = directory;
  const tls = { ...(startTls ? { startTls } : {}), ...(authority === null ? {} : { ca: authority }) };
  return {
    kind,
    id: DIRECTORY_ID,
    label: organisation?.name ?? 'People',
    servers: servers.map((url) => ({ url })),
    ...(Object.keys(tls).length === 0 ? {} : { tls }),
    baseDn,
    ...(groupBaseDn === '' ? {} : { groupBaseDn }),
    serviceAccount: { name: account, password: places.directory },
  };
}

export function mailSectionOf(
  { mail }: SetUpAnswers,
  places: SecretPlaces,
): Extract<ConfigurationDocument['mail'], { kind: 'smtp' }> | null {
  if (mail === undefined) return null;
  const { host, port, security, user, from } = mail;
  return {
    kind: 'smtp',
    from,
    servers: [{ host, port, security, ...(user === '' ? {} : { user, password: places.mail }) }],
  };
}

function helpdesk(group: string): NonNullable<ConfigurationDocument['roles']>[number] {
  return {
    name: 'helpdesk',
    may: [...HELPDESK_PERMISSIONS],
    heldBy: { directories: [DIRECTORY_ID], groups: [group] },
    over: { directories: [DIRECTORY_ID] },
    resetBy: ['link'],
  };
}

/** What is answered, as the sections of the document that it becomes. */
export function sectionsOf(answers: SetUpAnswers, places: SecretPlaces): Partial<ConfigurationDocument> {
  const { organisation, template, roles } = answers;
  const [directory, mail] = [directorySectionOf(answers, places), mailSectionOf(answers, places)];
  const rules = template === undefined ? null : TEMPLATES[template];
  const everybody = { name: 'everybody' };
  return {
    version: 1,
    ...(organisation === undefined
      ? {}
      : { organisation: { name: organisation.name, publicUrl: organisation.publicUrl, defaultLanguage: organisation.language } }),
    ...(directory === null ? {} : { directories: [directory] }),
    ...(rules === null
      ? {}
      : {
          recovery: { rules: [{ ...everybody, accepted: rules.recovery }] },
          signIn: { enabled: true, rules: [{ ...everybody, accepted: rules.signIn }] },
        }),
    ...(roles === undefined ? {} : { roles: rolesSectionOf(roles) }),
    ...(mail === null ? {} : { mail }),
  };
}

function rolesSectionOf({
  administrators,
  helpdesk: group,
}: NonNullable<SetUpAnswers['roles']>): NonNullable<ConfigurationDocument['roles']> {
  const heldBy = { directories: [DIRECTORY_ID], groups: [administrators] };
  return [{ name: 'administrators', may: [...INSTALLATION_PERMISSIONS], heldBy }, ...(group === '' ? [] : [helpdesk(group)])];
}

/** Sections that the answers make up, in the order of the document. */
const SECTIONS = ['organisation', 'directories', 'recovery', 'signIn', 'roles', 'mail'] as const;

/** Paths in the document of what is not answered yet. */
export function missingIn(answers: SetUpAnswers, places: SecretPlaces): string[] {
  const sections = sectionsOf(answers, places);
  const account = answers.directory?.account === '' ? ['directories[0].serviceAccount.name'] : [];
  return [...SECTIONS.filter((section) => sections[section] === undefined), ...account];
}

/** From where the secrets of the document are read, by the path of each; they are in none. */
export function secretsOf({ directory, mail }: SetUpAnswers, places: SecretPlaces): { path: string; reference: string }[] {
  return [
    ...(directory === undefined ? [] : [{ path: 'directories[0].serviceAccount.password', reference: places.directory }]),
    ...((mail?.user ?? '') === '' ? [] : [{ path: 'mail.servers[0].password', reference: places.mail }]),
  ];
}

/** The document that the answers become, as an operator would have written it; null while something is not answered. */
export function documentOf(answers: SetUpAnswers, places: SecretPlaces): ConfigurationDocument | null {
  const sections = sectionsOf(answers, places);
  return isWhole(sections) ? sections : null;
}

function isWhole(sections: Partial<ConfigurationDocument>): sections is ConfigurationDocument {
  return SECTIONS.every((section) => sections[section] !== undefined);
}
