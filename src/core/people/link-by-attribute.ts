import { accountKey } from '../accounts/candidate.ts';
import { reasonToBar } from '../accounts/judge-account.ts';
import type { Actor } from '../audit/events.ts';
import { recordEvent } from '../audit/record-event.ts';
import type { LinkAttribute } from '../configuration/people-section.ts';
import type { CoreDeps } from '../core-deps.ts';
import { endSessionsOfChanged, takeTurn } from '../enrolment/enrol-factors.ts';
import { queueNotice } from '../notify/queue-notice.ts';
import type { Account, AccountRef, Directory } from '../ports/directory.ts';
import type { Store } from '../ports/store.ts';
import { randomId } from '../random-id.ts';
import { MOST_LINKED } from './link-account.ts';

const HOUR = 3_600_000;
/** So many accounts with the value somewhere in them are looked at: more of them, and which is meant is not known. */
const LOOKED_AT = 50;

type Deps = Pick<CoreDeps, 'store' | 'clock' | 'random' | 'keys' | 'configuration' | 'log'> & { directories: readonly Directory[] };

/** Why an account with the same value was not linked, or that it was. */
export type AttributeLink =
  | {
      readonly outcome: 'linked' | 'would-be-linked';
      readonly account: Account;
      readonly other: Account;
      readonly attribute: LinkAttribute;
    }
  | {
      readonly outcome: 'ambiguous' | 'barred' | 'parted-before' | 'taken';
      readonly account: Account;
      readonly other: Account | null;
      readonly attribute: LinkAttribute;
    };

export interface LinkOptions {
  readonly actor: Actor;
  readonly dryRun: boolean;
  /** The session in which it happens, which goes on. */
  readonly sessions?: readonly string[];
}

/**
 * Links an account to those of other directories that have the same value in an attribute by which the configuration says that accounts
 * are one person's (SELF-5). Exactly one account of each directory may have it, the own one included: where two have it, none is linked.
 * Neither are protected, closed and frozen ones, nor those that were parted by hand. A link counts after `factors.coolDownHours`, and
 * both owners are told at once.
 * @throws AppError `directory.*`, `store.*`; what was linked until then is
 */
export async function linkByAttribute(deps: Deps, ref: AccountRef, options: LinkOptions): Promise<AttributeLink[]> {
  const own = deps.directories.find(({ id }) => id === ref.directory);
  const rules = deps.configuration().people.linkBy.filter(({ directories }) => directories.includes(ref.directory));
  const account = rules.length === 0 ? null : ((await own?.readAccount(ref)) ?? null);
  if (own === undefined || account === null) return [];
  const links: AttributeLink[] = [];
  for (const { attribute, directories } of rules) {
    const value = sharedValue(account, attribute);
    if (value === null) continue;
    const about = { account, attribute };
    if ((await withValue(own, attribute, value))?.length !== 1) {
      links.push({ ...about, outcome: 'ambiguous', other: null });
      continue;
    }
    for (const directory of deps.directories) {
      if (directory.id === ref.directory || !directories.includes(directory.id)) continue;
      const found = await withValue(directory, attribute, value);
      const [other, ...more] = found ?? [];
      if (found !== null && other === undefined) continue;
      if (found === null || other === undefined || more.length > 0) links.push({ ...about, outcome: 'ambiguous', other: null });
      else
        links.push({
          ...about,
          other,
          outcome: await linkTwo(deps, { own, account }, { directory, other }, attribute, options),
        } as AttributeLink);
    }
  }
  return links.filter((link) => link.outcome !== 'taken' || link.other !== null);
}

/** Trimmed and in small letters: directories compare both attributes so (RFC 4519 2.16 and MS-ADA3 userPrincipalName). */
function sharedValue(account: Account, attribute: LinkAttribute): string | null {
  const value = account[attribute]?.trim().toLowerCase() ?? '';
  return value === '' ? null : value;
}

/** null: there are too many to be looked at. */
async function withValue(directory: Directory, attribute: LinkAttribute, value: string): Promise<Account[] | null> {
  const { accounts, cursor } = await directory.search({ text: value, pageSize: LOOKED_AT });
  return cursor === null ? accounts.filter((account) => sharedValue(account, attribute) === value) : null;
}

async function linkTwo(
  deps: Deps,
  { own, account }: { own: Directory; account: Account },
  { directory, other }: { directory: Directory; other: Account },
  attribute: LinkAttribute,
  { actor, dryRun, sessions }: LinkOptions,
): Promise<AttributeLink['outcome']> {
  const [mine, theirs] = [refOf(account), refOf(other)];
  const linked = await deps.store.people.accountsOf(mine);
  if (linked.some((each) => accountKey(each) === accountKey(theirs))) return 'taken';
  if (await wereParted(deps.store, linked, theirs)) return 'parted-before';
  if ((await isBarred(deps, own, account)) || (await isBarred(deps, directory, other))) return 'barred';
  if (dryRun) return 'would-be-linked';
  return deps.store.transaction(async (store) => {
    await takeTurn(deps, store, mine, theirs);
    if (await wereParted(store, await store.people.accountsOf(mine), theirs)) return 'parted-before';
    const now = deps.clock.now();
    const countsFrom = now + deps.configuration().factors.coolDownHours * HOUR;
    if ((await store.freezes.isFrozen(mine)) || (await store.freezes.isFrozen(theirs))) return 'barred';
    const full = (await store.people.linkedTo(mine)).length >= MOST_LINKED - 1;
    const ids = [randomId(deps.random), randomId(deps.random)] as const;
    const link = { person: randomId(deps.random), ids, now, by: `attribute:${attribute}`, countsFrom };
    if (full || !(await store.people.link(mine, theirs, link))) return 'taken';
    await recordEvent(store, deps.clock, { type: 'account.linked', account: mine, other: theirs, attribute, countsFrom, actor });
    await endSessionsOfChanged(deps, store, mine, { actor, ...(sessions === undefined ? {} : { sessions }) });
    const language = deps.configuration().organisation.defaultLanguage;
    await queueNotice(deps, store, { kind: 'account-linked', account: mine, language, other: other.login, countsFrom });
    await queueNotice(deps, store, { kind: 'account-linked', account: theirs, language, other: account.login, countsFrom });
    return 'linked';
  });
}

/** From any account of the person: whoever parted two would find them together again by a third. */
async function wereParted({ people }: Pick<Store, 'people'>, own: readonly AccountRef[], other: AccountRef): Promise<boolean> {
  for (const account of own) if (await people.wereParted(account, other)) return true;
  return false;
}

async function isBarred(deps: Pick<CoreDeps, 'store'>, directory: Directory, account: Account): Promise<boolean> {
  const [{ status, protection }, frozen] = await Promise.all([
    directory.readStanding(account),
    deps.store.freezes.isFrozen(refOf(account)),
  ]);
  return reasonToBar(directory, status, protection, frozen) !== null;
}

function refOf({ directory, id }: Account): AccountRef {
  return { directory, id };
}
