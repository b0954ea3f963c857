import { hash, verify } from '@node-rs/argon2';
import { SLOW_HASH_COST, type SlowHash } from '../core/ports/slow-hash.ts';

/** Argon2id, on the threads of the library. */
export const argon2Hash: SlowHash = {
  hash: (text) => hash(text, SLOW_HASH_COST),
  async matches(stored, text) {
    return stored.startsWith('$argon2') && (await verify(stored, text));
  },
  nobodys: '$argon2id$v=19$m=19456,t=2,p=1$ZyQoW8z7xslNiL+UHEZOPQ$AuG+qgjSipwNwAc4kGgBMqPuZBHM9Oab5OVU6o+7SUU',
};
