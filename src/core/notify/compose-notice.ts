import { nobody, nobodyIn, unlessMissing } from '../accounts/look-as-if-found.ts';
import { chooseLanguage } from '../configuration/choose-language.ts';
import { supportContact } from '../configuration/support-contact.ts';
import type { CoreDeps } from '../core-deps.ts';
import { addressesAmong } from '../enrolment/enrol-factors.ts';
import { FROM_DIRECTORY, factorsOf } from '../enrolment/factors-of.ts';
import { mailAddressKey } from '../enrolment/mail-address.ts';
import { createNotMeLink } from '../freeze/not-me.ts';
import type { Account, AccountRef } from '../ports/directory.ts';
import type { OutboxLane, QueuedRow } from '../ports/outbox-store.ts';
import { mailRow } from './queue-mail.ts';
import type { NoticeRequest } from './queue-notice.ts';
import { vouchAddress } from './vouch-address.ts';

/** Notices that carry a "this was not me" link: those that tell of a change, of one that may have been, or that somebody tries to make one. */
const WITH_LINK = new Set<NoticeRequest['kind']>([
  'password-was-reset',
  'password-was-changed',
  'account-was-unlocked',
  'password-was-reset-for-you',
  'account-was-unlocked-for-you',
  'password-may-have-been-reset',
  'account-may-have-been-unlocked',
  'recovery-attempted',
  'factor-added',
  'factor-removed',
  'account-linked',
  'account-unlinked',
  'vouch-refused',
]);

/**
 * Turns a notice into one mail for every address we know: the enrolled ones and those of the directory (NIST SP
 * 800-63B-4 4.2.3: to all of them). Run by the outbox worker, so a directory that is down only delays it. The mails take the place of
 * the notice in one statement, so that a crash in between never sends them twice.
 * @returns none where there is nobody to tell
 * @throws AppError `directory.*`: tried again later
 */
export async function composeNotice(deps: CoreDeps, notice: QueuedNotice): Promise<Omit<QueuedRow, 'id'>[]> {
  const found = await ownerOf(deps, notice);
  if (found === null) return [];
  const { ref, directory, account, addresses, waiting } = found;
  const language = chooseLanguage(deps, account.language, notice.language);
  const { organisation } = deps.configuration();
  // Before the mails that carry it. Should they never be queued, nobody has it.
  const withLink = ref !== null && WITH_LINK.has(notice.kind) ? { link: await createNotMeLink(deps, deps.store, ref) } : {};
  const parameters = {
    account: account.login,
    directory,
    happenedAt: notice.happenedAt,
    organisation: organisation.name,
    contact: supportContact(deps.configuration(), language),
    ...notice.asked,
    ...(notice.kind === 'enrolment-reminder' ? { site: `${organisation.publicUrl.replace(/\/+$/, '')}/me` } : {}),
    ...(notice.helper === undefined ? {} : { helper: notice.helper }),
    ...(notice.bySetUp === true ? { setUp: 'link' } : {}),
    ...(notice.factor === undefined ? {} : { factor: notice.factor }),
    ...(notice.endsAt === undefined ? {} : { endsAt: notice.endsAt }),
    // What counts at once waits for nobody to stop it.
    ...(notice.countsFrom === undefined || notice.countsFrom <= notice.happenedAt ? {} : { countsFrom: notice.countsFrom }),
    ...(notice.other === undefined ? {} : { other: notice.other }),
    ...(notice.count === undefined ? {} : { count: notice.count }),
    ...(notice.kind === 'vouch-asked' ? { link: vouchAddress(deps) } : {}),
  };
  const linked = withLinkAmong(addresses, waiting);
  return addresses.map((to) => {
    const given = linked.has(to) ? { ...parameters, ...withLink } : parameters;
    const about = { kind: notice.kind, directory: ref?.directory ?? null };
    return mailRow(deps, { lane: notice.lane, to, ...about, language, parameters: given });
  });
}

/**
 * Whose mail carries the link. An address that does not count yet may be that of somebody who knows the password and is not the owner:
 * with a link they would stop every recovery of the owner, again after each release. They get one only where nobody else would.
 */
function withLinkAmong(addresses: Owner['addresses'], waiting: ReadonlySet<string>): ReadonlySet<string | null> {
  const counting = addresses.filter((to) => to === null || !waiting.has(mailAddressKey(to)));
  return new Set(counting.length > 0 ? counting : addresses);
}

/** A notice as it was queued; `happenedAt` in milliseconds since 1970. */
export type QueuedNotice = NoticeRequest & { happenedAt: number; lane: Extract<OutboxLane, 'notice' | 'bulk'> };

interface Owner {
  ref: AccountRef | null;
  directory: string;
  account: Account;
  /** null: composed like any other and thrown away. */
  addresses: (string | null)[];
  /** Those that do not count yet, as keys. */
  waiting: ReadonlySet<string>;
}

/** Whom a notice is for; null when there is nobody to tell, of which operators learn in the log. */
async function ownerOf(deps: CoreDeps, notice: QueuedNotice): Promise<Owner | null> {
  if (notice.account === null) return nobodyToTell(deps);
  const directory = deps.directories.get(notice.account.directory);
  const account = await directory.readAccount(notice.account);
  if (account === null) {
    deps.log.warn('notice.account-missing', { directory: directory.id });
    return null;
  }
  const { addresses, waiting } = await addressesOf(deps, notice, account);
  const owner = { ref: notice.account, directory: directory.label, account, waiting };
  if (addresses.length > 0) return { ...owner, addresses };
  deps.log.warn('notice.no-address', { directory: directory.id, kind: notice.kind });
  // Anybody may have asked for this one, and must not learn from how busy we are whether it has an address.
  return notice.kind === 'recovery-not-possible' ? { ...owner, addresses: [null] } : null;
}

/** Reads as much as for somebody, and finds nobody. */
async function nobodyToTell(deps: CoreDeps): Promise<Owner | null> {
  const [directory] = deps.directories.all();
  if (directory === undefined) return null;
  const ref = nobodyIn(directory.id);
  const account = nobody(ref, 'nobody');
  await Promise.all([unlessMissing(directory.readAccount(ref)), factorsOf(deps, account)]);
  return { ref: null, directory: directory.label, account, addresses: [null], waiting: new Set() };
}

/** Where the owner of an account is told of a reset: what `composeNotice` would send to now. @throws AppError `store.*` */
export async function addressesTold(deps: CoreDeps, account: Account): Promise<string[]> {
  const notice = { kind: 'password-was-reset', account, language: '', happenedAt: deps.clock.now(), lane: 'notice' } as const;
  return (await addressesOf(deps, notice, account)).addresses;
}

async function addressesOf(deps: CoreDeps, notice: QueuedNotice, account: Account): Promise<{ addresses: string[]; waiting: Set<string> }> {
  const factors = await factorsOf(deps, account);
  const proofs = factors.filter(({ kind, source }) => kind === 'email' && (notice.addresses === undefined || source === FROM_DIRECTORY));
  const later = notice.waiting ?? addressesAmong(proofs, deps.clock.now()).waiting;
  const waiting = new Set(later.map(mailAddressKey));
  for (const known of [...account.mail, ...account.contacts.email]) waiting.delete(mailAddressKey(known));
  const enrolled = [...(notice.addresses ?? []), ...proofs.map(({ secret }) => secret)];
  // A hint that recovery is not possible goes to enrolled addresses alone: nobody has proven anything yet.
  const known = notice.kind === 'recovery-not-possible' ? enrolled : [...enrolled, ...account.mail];
  const byKey = new Map(known.map((address) => [mailAddressKey(address), address.trim()]));
  if (notice.added !== undefined) {
    byKey.delete(mailAddressKey(notice.added));
    if (byKey.size === 0) return { addresses: [notice.added], waiting };
  }
  return { addresses: [...byKey.values()], waiting };
}
