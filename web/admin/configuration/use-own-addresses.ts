import type { OwnFactor } from '../../../shared/api/own-factors.ts';
import { meApi } from '../../me/me-api.ts';
import { useLoaded } from '../../me/use-loaded.ts';

/** Addresses or numbers of one's own that count. None for who was let in for an emergency, as nobody; undefined: not told yet. */
export function useOwnAddresses(kind: 'email' | 'sms', onOver: () => void): readonly OwnFactor[] | undefined {
  const { value, failure } = useLoaded(meApi.factors, onOver);
  if (failure !== undefined) return [];
  return value?.factors.filter((factor) => factor.kind === kind && factor.countsFrom === null);
}
