import { withLines } from '../../../shared/fix-text.ts';
import { dsaclsLine, type Grant, grantsFor, sambaToolLine } from '../../core/delegation/active-directory.ts';

export type DelegationCommands = Readonly<Record<keyof ReturnType<typeof grantsFor>, string>>;

/**
 * The fix that grants each right: its command is to be run by an administrator: dsacls on Windows, samba-tool on Samba.
 * @param target.name the service account as dsacls takes it: `DOMAIN\login`, `login@domain` or `login`
 */
export function delegationCommands(target: {
  readonly samba: boolean;
  /** Address of the domain controller. */
  readonly server: string;
  readonly baseDn: string;
  readonly sid: string;
  readonly name: string;
}): DelegationCommands {
  const { samba, server, baseDn, sid, name } = target;
  const fix = (grant: Grant): string =>
    samba
      ? withLines(
          'Grant it, as a domain administrator (the password is asked for)',
          sambaToolLine(grant, { host: new URL(server).hostname, sid }),
        )
      : withLines('Grant it, in a command prompt of a domain administrator', dsaclsLine(grant, name));
  const grants = grantsFor(baseDn);
  return {
    read: fix(grants.read),
    readGroups: fix(grants.readGroups),
    readState: fix(grants.readState),
    resetPassword: fix(grants.resetPassword),
    unlock: fix(grants.unlock),
    requireChange: fix(grants.requireChange),
    readPolicy: fix(grants.readPolicy),
  };
}
