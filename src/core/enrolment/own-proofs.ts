import type { FactorKind } from '../../../shared/api/journeys.ts';
import { AppError } from '../../../shared/errors.ts';
import { readRuleFacts } from '../accounts/read-rule-facts.ts';
import type { Configuration } from '../configuration/document.ts';
import { passkeySiteProblem } from '../configuration/passkey-site.ts';
import type { ActDeps } from '../journey/act.ts';
import { everyProofOf, proofsOfLinks } from '../people/linked-proofs.ts';
import type { Account } from '../ports/directory.ts';
import type { FactorRow, Store } from '../ports/store.ts';
import { combinationsOf, ownCombinations } from '../proof/rules.ts';
import type { Session } from '../sessions/session.ts';
import { vouchedProof } from '../vouching/vouched-proof.ts';
import { endFactor, renameFactor } from './enrol-factors.ts';
import { FROM_DIRECTORY, withContacts } from './factors-of.ts';
import { type CombinationVerdict, canProve, judgeCombinations } from './judge-combinations.ts';
import { changedByOwner, requireMayChange } from './own-session.ts';

/** The kinds that people add by themselves. */
export const OWN_KINDS = ['passkey', 'totp', 'email', 'sms', 'recovery-code', 'questions'] as const satisfies readonly FactorKind[];
export type OwnKind = (typeof OWN_KINDS)[number];

/** What somebody who is signed in can prove themselves with, and what that is good for. */
export interface OwnProofs {
  readonly account: Account;
  readonly factors: FactorRow[];
  /** Their other accounts, each as a proof of this one. */
  readonly linked: FactorRow[];
  /** That somebody could vouch for them, where a rule takes that. */
  readonly vouched: FactorRow[];
  /** What may be added: the kinds that some rule asks for, or what this person does here. */
  readonly addable: OwnKind[];
  /** Each combination by which the account can be recovered in a browser, and what is missing of it. */
  readonly ways: CombinationVerdict[];
}

/** @throws AppError `session.ended` for an account that is gone, `directory.*` */
export async function ownProofs(deps: ActDeps, session: Session): Promise<OwnProofs> {
  const account = await ownAccount(deps, session);
  const [record, vouched] = await Promise.all([
    deps.store.people.recordOf({ directory: account.directory, id: account.id }),
    vouchedFor(deps, account),
  ]);
  const factors = withContacts(deps, account, record.factors);
  const linked = proofsOfLinks(deps, record.linked);
  const ways = judgeCombinations(await acceptedFor(deps, session, account), [...factors, ...linked, ...vouched]);
  return { account, factors, linked, vouched, addable: addableFor(deps.configuration(), session), ways };
}

function vouchedFor(deps: ActDeps, account: Account): Promise<FactorRow[]> {
  return vouchedProof(deps, deps.configuration(), deps.directories.get(account.directory), account);
}

/** The account as its directory has it now. @throws AppError `session.ended` for one that is gone, `directory.*` */
export async function ownAccount({ directories }: ActDeps, { account }: Pick<Session, 'account'>): Promise<Account> {
  const found = await directories.get(account.directory).readAccount(account);
  if (found === null) throw new AppError('session.ended');
  return found;
}

/** The kinds that people may add: those that a rule asks for, as far as browsers can make them at our address, and texts leave. */
export function addableKinds(configuration: Configuration): OwnKind[] {
  const { recovery, signIn } = configuration;
  const asked = new Set([...recovery.rules, ...signIn.rules].flatMap(combinationsOf).flat());
  const isPossible = (kind: OwnKind) => {
    if (kind === 'passkey') return passkeySiteProblem(configuration) === null;
    return kind !== 'sms' || configuration.sms !== undefined;
  };
  return OWN_KINDS.filter((kind) => asked.has(kind) && isPossible(kind));
}

/** What a person may add: who administers also a passkey that no rule asks for, as changing the configuration does. */
function addableFor(configuration: Configuration, { row }: Session): OwnKind[] {
  const kinds = addableKinds(configuration);
  const administers = configuration.roles.some(({ name, may }) => may.includes('manage-configuration') && row.roles.includes(name));
  if (!administers || kinds.includes('passkey') || passkeySiteProblem(configuration) !== null) return kinds;
  return ['passkey', ...kinds];
}

/** @throws AppError `enrolment.kind-not-asked` for a kind that no rule asks for */
export function requireAddable(configuration: Configuration, session: Session, kind: OwnKind): void {
  if (!addableFor(configuration, session).includes(kind)) throw new AppError('enrolment.kind-not-asked', { kind });
}

/** By what the account can be recovered in a browser. */
async function acceptedFor(deps: ActDeps, session: Session, account: Account): Promise<FactorKind[][]> {
  const { recovery } = deps.configuration();
  const facts = await readRuleFacts(deps.directories.get(account.directory), recovery.rules, account);
  const situation = { goal: 'reset-password' as const, client: 'web' as const, address: session.address };
  return ownCombinations(recovery.rules, situation, facts);
}

/** From when on somebody with these proofs can give a combination, milliseconds since 1970: each kind by the one that counts first. */
export function countsFromOf(kinds: readonly FactorKind[], factors: readonly FactorRow[]): number {
  const first = (kind: FactorKind) => Math.min(...factors.filter((row) => row.kind === kind).map(({ countsFrom }) => countsFrom ?? 0));
  return Math.max(0, ...kinds.map(first));
}

/** The kinds that have a name of their owner's. */
const RENAMED: readonly FactorKind[] = ['passkey', 'totp'];

/** Whether its owner may call it something else: an address is called what it is. */
export function isRenamed({ kind, source }: Pick<FactorRow, 'kind' | 'source'>): boolean {
  return RENAMED.includes(kind) && source !== FROM_DIRECTORY;
}

/**
 * Gives a proof another name.
 * @throws AppError `enrolment.factor-unknown`, `enrolment.from-directory`, `session.*`
 */
export async function renameOwn(deps: ActDeps, session: Session, id: string, name: string): Promise<void> {
  await requireMayChange(deps, session);
  if (id.startsWith(`${FROM_DIRECTORY}.`)) throw new AppError('enrolment.from-directory');
  await renameFactor(deps, session.account, { id, name, mayBe: isRenamed }, changedByOwner(deps, session));
}

/**
 * Takes a proof away. One without which the account can be recovered no more is taken away only with `anyway`.
 * @throws AppError `enrolment.last-way`, `enrolment.factor-unknown`, `enrolment.from-directory`, `session.*`
 */
export async function removeOwn(deps: ActDeps, session: Session, id: string, anyway: boolean): Promise<void> {
  await requireMayChange(deps, session);
  if (id.startsWith(`${FROM_DIRECTORY}.`)) throw new AppError('enrolment.from-directory');
  const by = changedByOwner(deps, session, anyway ? undefined : await refuseLastWay(deps, session, id));
  await endFactor(deps, session.account, id, { ...by, reason: 'removed by the owner' });
}

/**
 * Refuses to take the last way away. What the directory knows is read before the transaction, what is enrolled in it: of two proofs that
 * are taken away at once each would count on the other.
 */
async function refuseLastWay(deps: ActDeps, session: Session, id: string): Promise<(store: Store) => Promise<void>> {
  const account = await ownAccount(deps, session);
  const [accepted, vouched] = await Promise.all([acceptedFor(deps, session, account), vouchedFor(deps, account)]);
  return async (store) => {
    const factors = [...(await everyProofOf({ ...deps, store }, account)), ...vouched];
    const left = factors.filter((factor) => factor.id !== id);
    if (canProve(accepted, factors) && !canProve(accepted, left)) throw new AppError('enrolment.last-way');
  };
}
