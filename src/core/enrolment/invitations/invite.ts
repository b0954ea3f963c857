import { type AccountVerdict, type Asked, judgeAccount } from '../../accounts/judge-account.ts';
import { recordEvent } from '../../audit/record-event.ts';
import { chooseLanguage } from '../../configuration/choose-language.ts';
import type { Configuration } from '../../configuration/document.ts';
import { supportContact } from '../../configuration/support-contact.ts';
import type { CoreDeps } from '../../core-deps.ts';
import { queueMail } from '../../notify/queue-mail.ts';
import type { Account, AccountRef, Directory } from '../../ports/directory.ts';
import type { InvitationRow } from '../../ports/invitation-store.ts';
import type { Store } from '../../ports/store.ts';
import { randomId, randomToken } from '../../random-id.ts';
import { actorOf, type ChangedBy, takeTurn } from '../enrol-factors.ts';

const DAY = 24 * 3_600_000;

type Deps = Pick<CoreDeps, 'store' | 'clock' | 'random' | 'keys' | 'log' | 'texts' | 'configuration'>;

export interface InviteOptions {
  /** As which recovery the people are judged: who could do it needs no invitation. */
  readonly asked: Asked;
  readonly by: Pick<ChangedBy, 'author' | 'actor' | 'lane'>;
  /** Whoever has a good invitation gets another one in its place. */
  readonly again: boolean;
  /** Everything is judged, and nothing written. */
  readonly dryRun: boolean;
  /** The link is for the operator to hand over: no mail is sent. */
  readonly byHand: boolean;
}

/** What came of it for one person. */
export type Invited =
  | { readonly outcome: 'invited'; readonly to: string | null; readonly link: string; readonly expiresAt: number }
  /** A dry run: they would be. */
  | { readonly outcome: 'would-be-invited'; readonly to: string | null }
  | { readonly outcome: 'invited-already'; readonly expiresAt: number }
  | { readonly outcome: 'set-up-already' }
  | { readonly outcome: 'barred'; readonly verdict: AccountVerdict }
  | { readonly outcome: 'no-address' };

/**
 * Invites one person to set up what proves them (FAC-3), unless they can recover already, may not, or have a good invitation: so the same
 * people can be invited again after a fault, and nobody is written to twice. The mail goes to the first address that the directory has,
 * with the token in the fragment of its link.
 * @throws AppError `directory.*`, `store.*`
 */
export async function invite(deps: Deps, directory: Directory, account: Account, options: InviteOptions): Promise<Invited> {
  const ref = { directory: account.directory, id: account.id };
  const verdict = await judgeAccount(deps, directory, account, options.asked);
  if (verdict.reason === null) return { outcome: 'set-up-already' };
  if (verdict.reason !== 'not-enrolled') return { outcome: 'barred', verdict };
  const good = await goodInvitation(deps.store, ref, deps.clock.now());
  if (good !== null && !options.again) return { outcome: 'invited-already', expiresAt: good.expiresAt };
  const to = options.byHand ? null : (account.mail[0] ?? account.contacts.email[0] ?? null);
  if (to === null && !options.byHand) return { outcome: 'no-address' };
  if (options.dryRun) return { outcome: 'would-be-invited', to };
  return deps.store.transaction((store) => write(deps, store, account, { ...options, to }));
}

/** The one of an account that nothing was added by and that is good still; null: none. */
async function goodInvitation(store: Store, account: AccountRef, now: number): Promise<InvitationRow | null> {
  return (await store.invitations.ofAccount(account)).find((row) => isGood(row, now)) ?? null;
}

/** Whether somebody can still come by it. */
export function isGood({ usedAt, revokedAt, expiresAt }: InvitationRow, now: number): boolean {
  return usedAt === null && revokedAt === null && expiresAt > now;
}

async function write(deps: Deps, store: Store, account: Account, asked: InviteOptions & { to: string | null }): Promise<Invited> {
  const ref = { directory: account.directory, id: account.id };
  await takeTurn(deps, store, ref);
  const now = deps.clock.now();
  // Two operators at once: the second one finds what the first one has sent.
  const good = await goodInvitation(store, ref, now);
  if (good !== null && !asked.again) return { outcome: 'invited-already', expiresAt: good.expiresAt };
  await store.invitations.revokeOpen(ref, now);
  const token = randomToken(deps.random);
  const configuration = deps.configuration();
  const row: InvitationRow = {
    id: randomId(deps.random),
    tokenDigest: deps.keys.digest('invitation-token', token),
    ...{ directory: ref.directory, accountId: ref.id, author: asked.by.author, createdAt: now },
    expiresAt: now + configuration.enrolment.invitations.days * DAY,
    ...{ sessionId: null, usedAt: null, revokedAt: null },
  };
  await recordEvent(store, deps.clock, {
    type: 'invitation.made',
    ...{ account: ref, id: row.id, author: row.author, actor: actorOf(asked.by), expiresAt: row.expiresAt, byMail: asked.to !== null },
  });
  await store.invitations.insert(row);
  const link = linkOf(configuration, token);
  if (asked.to !== null) await mail(deps, store, account, { to: asked.to, link, row, lane: asked.by.lane });
  return { outcome: 'invited', to: asked.to, link, expiresAt: row.expiresAt };
}

/** The token is in the fragment, which no server or proxy logs; opening the page uses nothing up (JRN-10). */
function linkOf({ organisation }: Pick<Configuration, 'organisation'>, token: string): string {
  return `${organisation.publicUrl.replace(/\/+$/, '')}/invite#${token}`;
}

interface Mailed {
  to: string;
  link: string;
  row: InvitationRow;
  lane: ChangedBy['lane'];
}

async function mail(deps: Deps, store: Store, account: Account, { to, link, row, lane }: Mailed): Promise<void> {
  const { organisation } = deps.configuration();
  const language = chooseLanguage(deps, account.language, organisation.defaultLanguage);
  const parameters = {
    ...{ account: account.login, link, endsAt: row.expiresAt, organisation: organisation.name },
    contact: supportContact(deps.configuration(), language),
  };
  await queueMail(deps, store, {
    lane,
    to,
    kind: 'invitation',
    directory: account.directory,
    language,
    parameters,
    expiresAt: row.expiresAt,
  });
}
