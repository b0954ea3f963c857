import type { InstallationPermission } from '../../../shared/permissions.ts';
import type { ManagingProof } from '../access/manage.ts';
import type { Change } from '../configuration/diff-configuration.ts';
import { mayHoldLink } from '../notify/told-name.ts';

/** What a change asks of who makes it. */
export interface ChangeNeeds {
  readonly permissions: readonly InstallationPermission[];
  readonly proof: Exclude<ManagingProof, 'any'>;
}

/**
 * Settings that open no account and lead nobody astray, whatever they say. All others may: a rule of proof, an address in mails, a limit,
 * whom people are told to call, a picture above the page on which they type their password. A new setting counts as one that may until it is named here.
 */
const HARMLESS: readonly (readonly string[])[] = [
  ['organisation', 'name'],
  ['organisation', 'defaultLanguage'],
  ['organisation', 'timeZone'],
  ['recovery', 'propagationMinutes'],
];

/**
 * Settings of a directory that say nothing of who is who. All others may: which attribute names the manager, what a group or a sign-in
 * name is looked for in, where accounts are. Whoever may change those can come to hold a role that nobody gave them.
 */
const NOT_WHO_IS_WHO: ReadonlySet<string | number> = new Set([
  ...['label', 'protected', 'questions', 'contacts', 'policy', 'historyOnReset', 'fixedPasswords', 'defaultPolicyDn', 'passwordWrite'],
  ...['connectTimeoutMilliseconds', 'operationTimeoutMilliseconds', 'retryServerAfterSeconds', 'connections'],
]);

type Changed = Pick<Change, 'path' | 'after'>;

function isAt({ path }: Changed, setting: readonly string[]): boolean {
  return setting.every((key, index) => path[index] === key);
}

/** The name of the organisation stands in every mail and text message: with a link in it, it leads people to where that says. */
function leadsElsewhere(change: Changed): boolean {
  return isAt(change, ['organisation', 'name']) && typeof change.after === 'string' && mayHoldLink(change.after);
}

/** What has to be proven and allowed for changes of the configuration. Whoever may only manage the configuration gives nobody a role. */
export function needsOfChange(changes: readonly Changed[]): ChangeNeeds {
  const givesRoles = changes.some(({ path: [section, first, setting] }) => {
    if (section === 'directories') return setting === undefined || !NOT_WHO_IS_WHO.has(setting);
    // Who helps alone, which is part of what roles give.
    if (section === 'helpdesk') return first === undefined || first === 'approvals';
    return section === undefined || section === 'roles';
  });
  const isHarmless = changes.every((change) => HARMLESS.some((setting) => isAt(change, setting)) && !leadsElsewhere(change));
  return {
    permissions: givesRoles ? ['manage-configuration', 'manage-roles'] : ['manage-configuration'],
    proof: isHarmless ? 'fresh' : 'passkey',
  };
}
