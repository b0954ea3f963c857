import { type FactorKind, type Goal, NAMED_GOALS } from '../../../shared/api/journeys.ts';
import { type Asked, barredBy, isVouchedFor, judgeByOwnRule, takesManagers, unreadable } from '../accounts/judge-account.ts';
import { readRuleFacts, unknownRuleFacts } from '../accounts/read-rule-facts.ts';
import { canonicalJson } from '../audit/canonical-json.ts';
import type { DecoyReason } from '../audit/events.ts';
import type { CoreDeps } from '../core-deps.ts';
import { countingLinks } from '../people/linked-proofs.ts';
import type { Account, Directory } from '../ports/directory.ts';
import type { Membership } from '../ports/membership.ts';
import { provesAsSignIn } from '../proof/proves-as-sign-in.ts';
import { ownCombinations, type ProofRule, type RuleFacts, type Situation } from '../proof/rules.ts';
import { countingOf } from './factors-of.ts';

/** What somebody can be asked to prove by rules. */
const PROVING_GOALS = [...NAMED_GOALS, 'sign-in'] as const satisfies readonly Goal[];
type ProvingGoal = (typeof PROVING_GOALS)[number];

/**
 * All of an account that rules of proof go by, and nothing that says whose it is: enough to judge it by other rules without asking anybody
 * again. Plain data.
 */
export interface Profile {
  readonly directory: string;
  /** Why the account is barred, whatever is proven, for the goals for which it is. */
  readonly barred: Readonly<Partial<Record<ProvingGoal, DecoyReason>>>;
  /** Kinds of proof of its own. */
  readonly own: readonly FactorKind[];
  /** Another account of the person proves it. */
  readonly linked: boolean;
  /** Somebody could vouch; null: not asked, as no rule took that. */
  readonly vouched: boolean | null;
  /** Of what rules name for its directory; null: it could not be read. */
  readonly membership: Membership | null;
}

/** What is read of everybody. */
export interface ProfileQuestions {
  /** Places and groups that any of these names are looked up, and managers where any takes them. */
  readonly rules: readonly ProofRule[];
  readonly canBeVouchedFor: Asked['canBeVouchedFor'];
}

/**
 * Reads one account, each part of it once, as `judgeAccount` reads it.
 * @throws AppError `store.*`; what a directory does not tell of one account is part of the profile
 */
export async function readProfile(
  deps: Pick<CoreDeps, 'store' | 'keys' | 'log' | 'clock'>,
  directory: Directory,
  account: Account,
  { rules, canBeVouchedFor }: ProfileQuestions,
): Promise<Profile> {
  const hidden = (error: unknown) => unreadable(deps, account, error);
  const [record, standing, facts, vouched] = await Promise.all([
    deps.store.people.recordOf({ directory: account.directory, id: account.id }),
    directory.readStanding(account).catch(hidden),
    readRuleFacts(directory, rules, account).catch(hidden),
    takesManagers(rules) ? isVouchedFor(deps, account, canBeVouchedFor) : null,
  ]);
  const reasonFor = (goal: ProvingGoal): DecoyReason | null => {
    if ('reason' in standing) return standing.reason;
    try {
      return barredBy(directory, standing, goal, record.frozen).reason;
    } catch (error) {
      return hidden(error).reason;
    }
  };
  const barred = PROVING_GOALS.flatMap((goal) => {
    const reason = reasonFor(goal);
    return reason === null ? [] : [[goal, reason] as const];
  });
  return {
    directory: directory.id,
    barred: Object.fromEntries(barred),
    own: [...new Set(countingOf(deps, account, record.factors).map(({ kind }) => kind))].sort(),
    linked: countingLinks(deps, record.linked).length > 0,
    vouched,
    membership: 'reason' in facts ? null : facts.membership,
  };
}

export interface ProfileVerdict {
  /** The same object for all who share their membership. */
  readonly facts: RuleFacts;
  readonly reason: DecoyReason | null;
}

/**
 * What `judgeAccount` would find of accounts with these profiles, by these rules. What rules accept goes by directory and membership alone:
 * that is worked out once for all who share theirs, as those of `createAlikes` do. Pure.
 */
export function createProfileJudge(asked: Situation & { readonly rules: readonly ProofRule[] }): (profile: Profile) => ProfileVerdict {
  const ownRuleOf = oncePerMembership((facts) => ({ facts, combinations: ownCombinations(asked.rules, asked, facts) }));
  return ({ directory, barred, own, linked, vouched, membership }) => {
    const closed = barred[asked.goal as ProvingGoal] ?? null;
    if (membership === null) return { facts: unknownRuleFacts(directory), reason: closed ?? 'directory-trouble' };
    const { facts, combinations } = ownRuleOf(directory, membership);
    const fromOthers: FactorKind[] = [
      ...(linked ? (['linked-account'] as const) : []),
      ...(vouched === true ? (['manager'] as const) : []),
    ];
    const kinds = provesAsSignIn(asked.goal) ? own : [...own, ...fromOthers];
    const { reason } = judgeByOwnRule(
      combinations,
      asked.goal,
      kinds.map((kind) => ({ kind })),
    );
    return { facts, reason: closed ?? reason };
  };
}

/** Works something out once for all who share directory and membership: the same object, as `createAlikes` has it. */
export function oncePerMembership<T>(work: (facts: RuleFacts) => T): (directory: string, membership: Membership) => T {
  const known = new Map<string, Map<Membership, T>>();
  return (directory, membership) => {
    const ofDirectory = known.get(directory) ?? new Map<Membership, T>();
    known.set(directory, ofDirectory);
    const found = ofDirectory.get(membership) ?? work({ directory, membership });
    ofDirectory.set(membership, found);
    return found;
  };
}

/** One object for all memberships of a directory that say the same. */
function createMemberships(): (directory: string, membership: Membership) => Membership {
  const known = new Map<string, Membership>();
  return (directory, membership) => {
    const key = canonicalJson({ directory, membership: { ...membership } });
    const shared = known.get(key) ?? membership;
    known.set(key, shared);
    return shared;
  };
}

/** People who are alike in all that rules go by. */
export interface Alike {
  readonly profile: Profile;
  people: number;
}

/**
 * Puts people together who are alike, so that a hundred thousand of them are judged as a few hundred. Those who are in the same groups and
 * places of a directory share one membership.
 */
export function createAlikes(): { readonly all: readonly Alike[]; add(profile: Profile): number } {
  const all: Alike[] = [];
  const known = new Map<string, number>();
  const shared = createMemberships();
  const sharing = (profile: Profile): Profile =>
    profile.membership === null ? profile : { ...profile, membership: shared(profile.directory, profile.membership) };
  return {
    all,
    /** @returns where in `all` they are */
    add(profile) {
      const key = canonicalJson(profile);
      const index = known.get(key) ?? all.push({ profile: sharing(profile), people: 0 }) - 1;
      known.set(key, index);
      (all[index] as Alike).people += 1;
      return index;
    },
  };
}
