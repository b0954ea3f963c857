import type { FactorKind } from '../../../shared/api/journeys.ts';
import { isByText, type OtherWay, PERSON_PERMISSIONS } from '../../../shared/permissions.ts';
import type { Configuration } from '../configuration/document.ts';
import { combinationsOf, type ProofRule } from '../proof/rules.ts';

/**
 * The configuration as it counts while a raised threat is declared. It is the one that is in force, made stricter as its section `threat`
 * says: what uses a configuration needs to know nothing of threats, and nothing can forget to ask.
 *
 * It only ever takes away: whatever is refused by the configuration is refused by what comes of it. A combination with a kind that does not
 * count is taken out as a whole, and never made shorter.
 */
export function tighten(configuration: Configuration): Configuration {
  const { threat, recovery, signIn, roles, enrolment, factors, helpdesk } = configuration;
  const without = new Set<FactorKind>(threat.withoutKinds);
  const { invitations } = enrolment;
  const coolDownHours = threat.fullCoolDown ? Math.max(invitations.coolDownHours, factors.coolDownHours) : invitations.coolDownHours;
  return {
    ...configuration,
    withoutKinds: threat.withoutKinds,
    recovery: { ...recovery, rules: recovery.rules.map((rule) => stricter(rule, without)) },
    signIn: { ...signIn, rules: signIn.rules.map((rule) => stricter(rule, without)) },
    roles: roles.map((role) => stricterRole(role, threat, without)),
    enrolment: { ...enrolment, invitations: { ...invitations, coolDownHours } },
    helpdesk: threat.twoAgents ? { ...helpdesk, approvals: [TWO_AGENTS] } : helpdesk,
  };
}

/** For everybody and everything: no other rule of approval asks for more. */
const TWO_AGENTS: Configuration['helpdesk']['approvals'][number] = { name: 'raised threat', when: {}, acts: [...PERSON_PERMISSIONS] };

/** Where a rule of proof stands, and what it is called. */
export interface EmptiedRule {
  readonly section: 'recovery' | 'signIn';
  readonly index: number;
  readonly name: string;
}

/** The rules that accept something, and nothing while a threat is raised: whom they apply to cannot recover, or sign in, until it is lifted. */
export function rulesEmptied(configuration: Configuration): EmptiedRule[] {
  const tightened = tighten(configuration);
  return (['recovery', 'signIn'] as const).flatMap((section) =>
    tightened[section].rules.flatMap(({ name, accepted, usual = [] }: ProofRule, index) =>
      accepted.length === 0 && usual.length > 0 ? [{ section, index, name }] : [],
    ),
  );
}

/** Kinds of codes that are read out: where one does not count, the way does not. */
const READ_OUT = ['email', 'sms', 'totp'] as const;

function stricterRole(
  { unverified, otherWays, resetBy, ...role }: Configuration['roles'][number],
  { verifiedCallersOnly, ownDeviceOnly }: Configuration['threat'],
  without: ReadonlySet<FactorKind>,
): Configuration['roles'][number] {
  const counts = (way: OtherWay) => (way === 'read-back' ? READ_OUT.every((kind) => !without.has(kind)) : !without.has(way));
  return {
    ...role,
    ...(verifiedCallersOnly || unverified === undefined ? {} : { unverified }),
    // Where no way is left, none is: a role does not fall back to what it would have unless it said otherwise.
    ...(resetBy === undefined ? {} : { resetBy: resetBy.filter((way) => !(without.has('sms') && isByText(way))) }),
    ...(ownDeviceOnly || otherWays === undefined ? {} : { otherWays: otherWays.filter(counts) }),
  };
}

/** A rule is kept also where it accepts nothing any more: it bars then, and no later one takes its place. */
function stricter<Rule extends ProofRule>(rule: Rule, without: ReadonlySet<FactorKind>) {
  const { choice: _, ...others } = rule;
  const counts = (kinds: readonly FactorKind[]) => !kinds.some((kind) => without.has(kind));
  // Of the kinds that the rule may name each stays one.
  return { ...others, usual: rule.usual ?? combinationsOf(rule), accepted: combinationsOf(rule).filter(counts) as Rule['accepted'] };
}
