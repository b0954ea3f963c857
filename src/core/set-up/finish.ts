import type { CheckedSetUp, FinishedSetUp } from '../../../shared/api/set-up.ts';
import { AppError, isAppError } from '../../../shared/errors.ts';
import { applyConfiguration } from '../configuration/apply-configuration.ts';
import { checkConfiguration } from '../configuration/check-configuration.ts';
import type { CheckContext } from '../configuration/check-context.ts';
import type { Configuration, ConfigurationDocument } from '../configuration/document.ts';
import type { CoreDeps } from '../core-deps.ts';
import { type InviteOptions, invite } from '../enrolment/invitations/invite.ts';
import { usualSituation } from '../journey/usual-situation.ts';
import type { Account, Directory } from '../ports/directory.ts';
import type { SetUpTools } from '../ports/set-up-tools.ts';
import { canBeVouchedFor } from '../vouching/approvers.ts';
import { documentOf, missingIn, secretsOf, sectionsOf } from './document-of.ts';
import type { SetUpFacts } from './facts.ts';
import { beginFirstReset, keepInvitation } from './first-reset/first-reset.ts';
import { actorOf, requireSetUp, type SetUpActing } from './set-up.ts';

export type FinishDeps = SetUpActing & Pick<CoreDeps, 'log' | 'texts'> & { readonly tools: SetUpTools };

/** Who puts the first configuration into force, for the list of versions. */
const AUTHOR = 'set-up';

/** What is answered as the sections of a document, and all that is wrong with it once it is whole. */
export interface JudgedSetUp extends Omit<CheckedSetUp, 'document'> {
  readonly sections: Partial<ConfigurationDocument>;
  readonly secrets: ReturnType<typeof secretsOf>;
}

/** Judges what has been answered until now. */
export function checkSetUp(tools: SetUpTools, facts: SetUpFacts): JudgedSetUp {
  const { answers } = facts;
  const document = documentOf(answers, tools.places);
  return {
    ...{
      sections: sectionsOf(answers, tools.places),
      missing: missingIn(answers, tools.places),
      secrets: secretsOf(answers, tools.places),
    },
    problems: document === null ? [] : [...checkConfiguration(document, withTypedSecrets(tools, facts)).problems],
  };
}

/** What was typed counts as kept: it will be, before the document is put into force. */
function withTypedSecrets({ checkContext, places }: SetUpTools, { secrets }: SetUpFacts): CheckContext {
  const typed = new Set([
    ...(secrets.directory === undefined ? [] : [places.directory]),
    ...(secrets.mail === undefined ? [] : [places.mail]),
  ]);
  return {
    ...checkContext,
    secretProblem: (reference) => (typed.has(reference) ? null : 'it has not been typed yet'),
  };
}

/**
 * Puts the configuration into force, and invites the first administrator: somebody of the group of the administrators, whom the
 * directory knows and who may sign in. Nothing happens before all of that is certain.
 * @throws AppError as `requireSetUp`; `set-up.conflict`; `set-up.incomplete`; `set-up.administrator-…`; `set-up.directory-trouble`; `directory.*`;
 * `set-up.secrets-not-kept`
 */
export async function finishSetUp(
  deps: FinishDeps,
  tokens: readonly string[],
  { version, administrator }: { readonly version: number; readonly administrator: string },
): Promise<FinishedSetUp> {
  const { tools } = deps;
  const { row, facts } = await requireSetUp(deps, tokens);
  if (row.version !== version) throw new AppError('set-up.conflict');
  const document = documentOf(facts.answers, tools.places);
  const { configuration } = checkConfiguration(document, withTypedSecrets(tools, facts));
  const [section] = configuration?.directories ?? [];
  const password = facts.secrets.directory;
  if (configuration === null || section === undefined || password === undefined) throw new AppError('set-up.incomplete');
  const directory = tools.openDirectory(section, password);
  try {
    const account = await findAdministrator(directory, configuration, administrator).catch((error: unknown) => {
      // Whoever sets up is to learn more of it than the world is: the step of the account says what is wrong, and how it is mended.
      const isTrouble = isAppError(error) && error.code.startsWith('directory.');
      throw isTrouble ? new AppError('set-up.directory-trouble', error.details, { cause: error }) : error;
    });
    const acting = { ...deps, configuration: () => configuration, directories: { all: () => [directory], get: () => directory } };
    const asked: InviteOptions['asked'] = {
      ...{ ...usualSituation(configuration, 'web'), rules: configuration.recovery.rules },
      canBeVouchedFor: (person) => canBeVouchedFor(acting, person),
    };
    const options = { asked, by: { author: AUTHOR, actor: actorOf(deps), lane: 'notice' as const }, again: true, byHand: true };
    // Judged before anything is put into force: nobody who is barred could come in afterwards.
    const could = await invite(acting, directory, account, { ...options, dryRun: true });
    if (could.outcome === 'barred') throw new AppError('set-up.administrator-unfit', { reason: could.verdict.reason ?? '' });
    await applyConfiguration(
      { ...deps, checkContext: withTypedSecrets(tools, facts) },
      {
        ...{ document, expectedVersion: 0, actor: actorOf(deps), author: AUTHOR, comment: '' },
        // Whoever was let in by a newer link, or answered otherwise meanwhile, has the last word.
        async unless(store) {
          const now = await store.setUps.current();
          if (now?.id !== row.id || now.version !== row.version) throw new AppError('set-up.conflict');
          // By whoever has won alone: what another one typed must not lie where the configuration in force looks.
          await tools.keepSecrets(facts.secrets);
        },
        endSetUp: (store, now) => beginFirstReset(store, now, row.id, configuration.organisation.publicUrl),
      },
    ).catch((error: unknown) => {
      // There is nothing to compare with on this page.
      throw isAppError(error, 'configuration.conflict') ? new AppError('set-up.conflict') : error;
    });
    const came = await invite(acting, directory, account, { ...options, dryRun: false });
    const invitation = came.outcome === 'invited' ? came.link : null;
    await keepInvitation(deps.store, invitation);
    return { invitation, publicUrl: configuration.organisation.publicUrl };
  } finally {
    await directory.close();
  }
}

/** @throws AppError `set-up.administrator-unknown` unless exactly one account has the name; `…-not-in-group` unless the directory says that it is */
async function findAdministrator(directory: Directory, { roles }: Configuration, name: string): Promise<Account> {
  const groups = roles.find(({ may }) => may.includes('manage-roles'))?.heldBy.groups ?? [];
  const [account, ...others] = await directory.findAccounts(name);
  if (account === undefined || others.length > 0)
    throw new AppError('set-up.administrator-unknown', { accounts: account === undefined ? 0 : others.length + 1 });
  const membership = await directory.readMembership(account, { places: [], groups });
  if (!groups.some((group) => membership.groups[group] === true)) throw new AppError('set-up.administrator-not-in-group', { groups });
  return account;
}
