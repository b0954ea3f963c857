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

/** The document that the answers become, as an operator would have written it; null while something is not answered. */
export function documentOf(answers: SetUpAnswers, places: SecretPlaces): ConfigurationDocument | null {
  const { organisation, template, roles } = answers;
  const [directory, mail] = [directorySectionOf(answers, places), mailSectionOf(answers, places)];
  if (organisation === undefined || template === undefined || roles === undefined || directory === null || mail === null) return null;
  const rules = TEMPLATES[template];
  const everybody = { name: 'everybody' };
  return {
    version: 1,
    organisation: { name: organisation.name, publicUrl: organisation.publicUrl, defaultLanguage: organisation.language },
    directories: [directory],
    recovery: { rules: [{ ...everybody, accepted: rules.recovery }] },
    signIn: { enabled: true, rules: [{ ...everybody, accepted: rules.signIn }] },
    roles: [
      {
        name: 'administrators',
        may: [...INSTALLATION_PERMISSIONS],
        heldBy: { directories: [DIRECTORY_ID], groups: [roles.administrators] },
      },
      ...(roles.helpdesk === '' ? [] : [helpdesk(roles.helpdesk)]),
    ],
    mail,
  };
}
