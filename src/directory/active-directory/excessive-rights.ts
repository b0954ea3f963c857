import type { PersonRights } from './person-rights.ts';
import { privilegedName } from './protected.ts';

/** All that the task needs to write. */
const taskAttributes: readonly string[] = ['lockouttime', 'pwdlastset'];

/** Named first among what is too much: who writes these takes accounts over. */
const powerfulAttributes: readonly string[] = [
  'userAccountControl',
  'servicePrincipalName',
  'msDS-KeyCredentialLink',
  'msDS-AllowedToActOnBehalfOfOtherIdentity',
  'displayName',
];

/**
 * Sentences on what the service account may do beyond its task.
 * @param token its own SID first, then those of its groups
 */
export function excessiveRights(token: readonly Buffer[], privileged: readonly PersonRights[], served: readonly PersonRights[]): string[] {
  return [...describeToken(token), ...describePrivileged(privileged), ...describeServed(served)];
}

function describeToken(token: readonly Buffer[]): string[] {
  const [own, ...groups] = token;
  const names = groups.map(privilegedName).filter((name) => name !== null);
  const self = own === undefined ? null : privilegedName(own);
  return [
    ...(self === null ? [] : [`The service account is the built-in account ${self}`]),
    ...(names.length === 0 ? [] : [`The service account is a member of ${[...new Set(names)].join(', ')}`]),
  ];
}

function describePrivileged(privileged: readonly PersonRights[]): string[] {
  const within = privileged.filter(({ reset, writable }) => reset === true || taskAttributes.some((name) => writable.has(name)));
  const [example] = within;
  if (example === undefined) return [];
  const verb = within.some(({ reset }) => reset === true) ? 'reset the password of' : 'write to';
  return [`The service account may ${verb} privileged accounts, such as ${example.dn}`];
}

function describeServed(served: readonly PersonRights[]): string[] {
  const further = new Map(
    served.flatMap((person) =>
      person.writableNames.filter((name) => !taskAttributes.includes(name.toLowerCase())).map((name) => [name, person.dn] as const),
    ),
  );
  if (further.size === 0) return [];
  const powerful = powerfulAttributes.filter((name) => further.has(name));
  const names = [...new Set([...powerful, ...further.keys()])];
  const listed = names.slice(0, 5).join(', ');
  const more = names.length > 5 ? ` and ${names.length - 5} more` : '';
  return [`The service account may write further attributes of people: ${listed}${more} (${further.get(names[0] ?? '') ?? ''})`];
}
