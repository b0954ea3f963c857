import type { Deputies } from '../configuration/manager-section.ts';
import { supportContact } from '../configuration/support-contact.ts';
import type { CoreDeps } from '../core-deps.ts';
import type { askedFrom } from '../journey/asked-from.ts';
import { queueMail } from '../notify/queue-mail.ts';
import { queueNotice } from '../notify/queue-notice.ts';
import { toldName } from '../notify/told-name.ts';
import { vouchAddress } from '../notify/vouch-address.ts';
import type { AccountRef } from '../ports/directory.ts';
import type { Store } from '../ports/store.ts';

/** Who is told that somebody waits for them. */
export interface Told {
  /** The person: what they call themselves, and how they are known. */
  displayName: string;
  label: string;
  /** null: not told. */
  manager: AccountRef | null;
  deputies: Deputies | null;
  /** When and from where, where the person asked themselves. */
  asked?: ReturnType<typeof askedFrom>;
  /** Name of the agent who asks, where they do. */
  helper?: string;
  /** Milliseconds since 1970. */
  endsAt: number;
}

/** Tells those who can vouch, in the caller's transaction. No secret is in it: they sign in and see who asks, for what and from where. */
export async function tellApprovers(
  deps: Pick<CoreDeps, 'clock' | 'random' | 'texts' | 'configuration'>,
  store: Store,
  { displayName, label, manager, deputies, asked, helper, endsAt }: Told,
): Promise<void> {
  const { organisation } = deps.configuration();
  const { defaultLanguage: language } = organisation;
  const other = `${toldName(displayName)}, ${label}`;
  const agent = helper === undefined ? {} : { helper: toldName(helper) };
  const by = { ...(asked === undefined ? {} : { asked }), ...agent };
  if (manager !== null) await queueNotice(deps, store, { kind: 'vouch-asked', account: manager, language, other, ...by, endsAt });
  if (deputies === null) return;
  const parameters = {
    ...{ other, endsAt, link: vouchAddress(deps), ...asked, ...agent },
    ...{ organisation: organisation.name, contact: supportContact(deps.configuration(), language) },
  };
  await queueMail(deps, store, {
    lane: 'notice',
    to: deputies.mail,
    kind: 'vouch-asked',
    directory: null,
    language,
    parameters,
    expiresAt: endsAt,
  });
}
