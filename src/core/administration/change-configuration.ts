import { AppError } from '../../../shared/errors.ts';
import { type Caller, isApiToken, requireManageOrToken } from '../access/caller.ts';
import { keepsManaging } from '../access/keeps-managing.ts';
import { requireManage } from '../access/manage.ts';
import { type AppliedConfiguration, applyConfiguration } from '../configuration/apply-configuration.ts';
import type { CheckContext } from '../configuration/check-context.ts';
import { parseStoredConfiguration } from '../configuration/parse-stored-configuration.ts';
import { requireOpen } from '../enrolment/own-session.ts';
import type { ActDeps } from '../journey/act.ts';
import type { Store } from '../ports/store.ts';
import type { Session } from '../sessions/session.ts';
import { type JudgedChange, judgeChange, type WantedChange } from './judge-change.ts';
import { tellAlarmMoved } from './tell-alarm-moved.ts';

export interface ManagingDeps extends ActDeps {
  readonly checkContext: CheckContext;
}

/** What is told of a change before it is made. */
export interface CheckedChange extends JudgedChange {
  /** Whether who asks could change the configuration afterwards; null: it cannot be told. */
  readonly keeps: boolean | null;
}

/** Judges a change for who could make it, or for a program, which never can. @throws AppError as `requireManageOrToken` and `judgeChange` */
export async function checkChange(deps: ManagingDeps, caller: Caller, wanted: WantedChange): Promise<CheckedChange> {
  await requireManageOrToken(deps, caller, 'manage-configuration');
  const judged = await judgeChange(deps, deps.checkContext, wanted);
  const asksForKeeping = judged.configuration !== null && !isApiToken(caller);
  return { ...judged, keeps: asksForKeeping ? await keepsManaging(deps, caller, judged.configuration) : null };
}

/**
 * Puts a change into force for who may make it, by the roles of the version that it replaces. What is wrong with the document is
 * told; nothing is asked of anybody for one that cannot be put into force.
 * @returns `applied` null: the document has errors
 * @throws AppError as `requireManage`; `configuration.read-only`; `configuration.conflict` when the base is in force no more;
 * `threat.settings-held` where it would make a raised threat milder, which takes two; `session.ended` when it ended meanwhile
 */
export async function changeConfiguration(
  deps: ManagingDeps,
  session: Session,
  { comment, ...wanted }: WantedChange & { readonly comment: string },
): Promise<{ judged: JudgedChange; applied: AppliedConfiguration | null }> {
  const current = await deps.store.configurations.current();
  if (current === null) throw new AppError('configuration.missing');
  // Another node may have put it into force a moment ago, and this one may still hold the roles of the one before.
  const { configuration } = parseStoredConfiguration(current);
  const acting = { ...deps, configuration: () => configuration };
  const actor = await requireManage(acting, session, 'manage-configuration', { proof: 'any' });
  if (configuration.administration.readOnlyInBrowser) throw new AppError('configuration.read-only');
  if (current.version !== wanted.base) throw new AppError('configuration.conflict', { expected: wanted.base, current: current.version });
  const judged = await judgeChange(deps, deps.checkContext, wanted);
  if (judged.configuration === null) return { judged, applied: null };
  const isAboutThreat = judged.changes.some(({ path: [section] }) => section === undefined || section === 'threat');
  const requireNoThreat = async ({ threats }: Store) => {
    if (isAboutThreat && (await threats.current()) !== null) throw new AppError('threat.settings-held');
  };
  await requireNoThreat(deps.store);
  const { permissions, proof } = judged.needs;
  for (const permission of permissions) await requireManage(acting, session, permission, { proof });
  const applied = await applyConfiguration(deps, {
    document: wanted.document,
    expectedVersion: current.version,
    actor,
    author: session.login,
    comment,
    conclude: (store, change) => tellAlarmMoved(deps, store, change),
    async unless(store) {
      await requireOpen(acting, store, session);
      await requireNoThreat(store);
    },
  });
  deps.wakeOutbox('notice');
  return { judged, applied };
}
