import { supportContact } from '../configuration/support-contact.ts';
import type { CoreDeps } from '../core-deps.ts';
import { queueMail } from '../notify/queue-mail.ts';
import type { Store } from '../ports/store.ts';
import type { HelpCase } from './help-case.ts';

/**
 * Tells whom the organisation names for alarms, in the caller's transaction. `call-denied`: somebody who proved who they are says that
 * they have not called. `helped-unverified`: an agent acts for a caller whom nobody has verified.
 */
export async function raiseAlarm(
  deps: Pick<CoreDeps, 'clock' | 'random' | 'texts' | 'configuration'>,
  store: Store,
  kind: 'call-denied' | 'helped-unverified',
  { facts }: HelpCase,
): Promise<void> {
  const { organisation } = deps.configuration();
  if (organisation.alarmAddress === undefined) return;
  const language = organisation.defaultLanguage;
  const parameters = {
    account: facts.person.login,
    helper: facts.agent.login,
    happenedAt: deps.clock.now(),
    organisation: organisation.name,
    contact: supportContact(deps.configuration(), language),
  };
  await queueMail(deps, store, { lane: 'notice', to: organisation.alarmAddress, kind, directory: null, language, parameters });
}
