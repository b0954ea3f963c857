import { type Configuration, configurationSchema } from '../configuration/document.ts';
import { supportContact } from '../configuration/support-contact.ts';
import type { CoreDeps } from '../core-deps.ts';
import { queueMail } from '../notify/queue-mail.ts';
import type { ConfigurationRow, Store } from '../ports/store.ts';

type Deps = Pick<CoreDeps, 'clock' | 'random' | 'texts'>;

/**
 * Tells the address for alarms that it is told no more, in the transaction of the change, in the words of the version that is replaced: whoever
 * means to do what alarms tell of would take it out first. Nothing where it stays, or there was none.
 * @param before the version that is replaced; null: there was none
 */
export async function tellAlarmMoved(
  deps: Deps,
  store: Store,
  { before, after, author }: { before: Pick<ConfigurationRow, 'document'> | null; after: Configuration; author: string },
): Promise<void> {
  const old = before === null ? null : configurationSchema.safeParse(JSON.parse(before.document));
  if (old?.success !== true) return;
  const { organisation } = old.data;
  const { alarmAddress, defaultLanguage: language } = organisation;
  if (alarmAddress === undefined || alarmAddress === after.organisation.alarmAddress) return;
  const contact = supportContact(old.data, language);
  const parameters = { author, happenedAt: deps.clock.now(), organisation: organisation.name, contact };
  const mail = { lane: 'notice' as const, to: alarmAddress, kind: 'alarm-address-changed' as const, directory: null, language, parameters };
  await queueMail({ ...deps, configuration: () => old.data }, store, mail);
}
