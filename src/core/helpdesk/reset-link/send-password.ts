import { AppError } from '../../../../shared/errors.ts';
import type { HelpedWith } from '../../access/helped.ts';
import type { ActDeps } from '../../journey/act.ts';
import { queueCodeText } from '../../notify/queue-sms.ts';
import type { Store } from '../../ports/store.ts';
import type { Session } from '../../sessions/session.ts';
import { mayMessage, messageTo } from '../caller.ts';
import { maskContact } from '../mask-contact.ts';
import type { InCase } from '../warrant.ts';
import { passwordChannels } from './channels.ts';

/** A number that a temporary password goes to. */
export interface PasswordNumber {
  /** As an agent may see it. */
  readonly to: string;
  /** Takes the message from the limits, before anything is written. @throws AppError `case.too-often` */
  pay(): Promise<void>;
  /** Queues it, in the transaction of the outcome. */
  send(store: Store, password: string): Promise<void>;
}

/** @throws AppError `case.channel-unknown` for a number that does not count for them, or that the role sends nothing to; `directory.*` */
export async function passwordNumber(
  deps: ActDeps,
  session: Session,
  { account, resetBy }: HelpedWith,
  { inCase: { helpCase }, sendTo }: { inCase: InCase; sendTo: string },
): Promise<PasswordNumber> {
  const channel = (await passwordChannels(deps, account, resetBy)).find(({ id }) => id === sendTo);
  if (channel === undefined) throw new AppError('case.channel-unknown');
  const { parameters, ...whom } = messageTo(deps, helpCase, account.language);
  return {
    to: maskContact(channel.kind, channel.label),
    async pay() {
      const asked = { account: helpCase.account, factors: [channel], texts: 1 };
      const paid = await deps.store.transaction((store) => mayMessage(deps, store, session, asked));
      deps.wakeOutbox('notice');
      // Nothing was sent; what the owner is told of it is kept.
      if (!paid) throw new AppError('case.too-often');
    },
    async send(store, password) {
      const expiresAt = deps.clock.now() + deps.configuration().helpdesk.linkMinutes * 60_000;
      const given = { ...parameters, password };
      await queueCodeText(deps, store, { kind: 'temporary-password', to: channel.secret, ...whom, parameters: given, expiresAt });
    },
  };
}
