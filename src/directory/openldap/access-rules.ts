import type { DirectorySettingsOf } from '../../core/configuration/directory-section.ts';

/** The access rule that grants what a verb needs, as slapd.conf has it; in cn=config the same after `olcAccess: to`. */
export function rule(settings: Pick<DirectorySettingsOf<'openldap'>, 'baseDn' | 'serviceAccount'>, type: string): string {
  const to = `access to dn.subtree="${settings.baseDn}"`;
  const by = `by dn.exact="${settings.serviceAccount.name}"`;
  if (type === 'userPassword') return `${to} attrs=userPassword ${by} =w by self =xw by anonymous auth by * none`;
  if (type === 'entry') return `${to} ${by} read by * break`;
  if (type === 'state') return `${to} attrs=pwdStartTime,pwdEndTime,pwdAccountTmpLockoutEnd ${by} read by * break`;
  return `${to} attrs=pwdReset,pwdAccountLockedTime ${by} write by self read by * none`;
}
