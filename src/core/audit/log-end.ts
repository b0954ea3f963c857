import type { Store } from '../ports/store.ts';

/**
 * Where the audit log ends now: the number of its newest event. Asked before something is judged, it tells for good which writes its account
 * had seen by then (`intents.wroteSince`): the event of a write is committed with its outcome, in an order that all nodes share. Their
 * clocks may differ by more than a stolen password needs.
 */
export async function readLogEnd({ audit }: Pick<Store, 'audit'>): Promise<number> {
  return (await audit.head()).seq;
}
