import type { Actor } from '../audit/events.ts';

/** What a mail that somebody asked for says of when, from where and at what it was asked for. Nothing of it is secret. */
export function askedFrom({ address = '', client = 'web' }: Actor, at: number): { askedAt: number; address: string; client: string } {
  return { askedAt: at, address, client };
}
