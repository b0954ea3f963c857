import type { CoreDeps } from '../core-deps.ts';
import type { UsableFactorKind } from '../factors/kinds.ts';
import type { AccountRef } from '../ports/directory.ts';
import type { FactorRow, Store } from '../ports/store.ts';
import { randomId } from '../random-id.ts';

export interface NewFactor {
  account: AccountRef;
  kind: UsableFactorKind;
  label: string;
  /** What is kept of it: the address, the number (E.164), the seed in base32 (RFC 4648), a digest. */
  secret: string;
  /** Where it comes from: kept with the factor for good. */
  source: string;
  /** It counts until a time that its secret says. */
  hasEnd?: boolean;
  /** Before this it does not count for a recovery; milliseconds since 1970. */
  countsFrom?: number;
  /** Of an authenticator: the time step of a code that it was just proven by (RFC 6238 5.2), and how far its clock is ahead. */
  timeStep?: { step: number; ahead: number };
  passkey?: Pick<FactorRow, 'credential' | 'rpId' | 'signCount'>;
}

/** Enrols a proof for an account. Whoever calls has made sure that it is the person's own. */
export async function addFactor(deps: Pick<CoreDeps, 'clock' | 'random'>, store: Store, factor: NewFactor): Promise<FactorRow> {
  const now = deps.clock.now();
  const row: FactorRow = {
    id: randomId(deps.random),
    directory: factor.account.directory,
    accountId: factor.account.id,
    kind: factor.kind,
    label: factor.label,
    secret: factor.secret,
    source: factor.source,
    createdAt: now,
    endedAt: null,
    lastUsedAt: null,
    lastTimeStep: factor.timeStep?.step ?? null,
    driftSteps: factor.timeStep?.ahead ?? 0,
    failures: 0,
    suspendedAt: null,
    credential: factor.passkey?.credential ?? null,
    rpId: factor.passkey?.rpId ?? null,
    signCount: factor.passkey?.signCount ?? 0,
    countsFrom: factor.countsFrom ?? null,
    seenAt: factor.hasEnd === true ? now : null,
  };
  await store.factors.insert(row);
  return row;
}
