import { invite } from '../../src/core/enrolment/invitations/invite.ts';
import type { Keyturn } from './start-keyturn.ts';

/** Invites somebody to set up what proves them, as an operator does who hands the link over. @returns the link */
export async function inviteByHand({ deps }: Pick<Keyturn, 'deps'>, login: string, directoryId = 'people'): Promise<string> {
  const directory = deps.directories.get(directoryId);
  const [account] = await directory.findAccounts(login);
  if (account === undefined) throw new Error('no account');
  const { rules } = deps.configuration().recovery;
  const came = await invite(deps, directory, account, {
    asked: { goal: 'reset-password', client: 'web', address: null, rules, canBeVouchedFor: () => Promise.resolve(false) },
    by: { author: 'operator', lane: 'bulk' },
    ...{ again: false, dryRun: false, byHand: true },
  });
  if (came.outcome !== 'invited') throw new Error(came.outcome);
  return came.link;
}
