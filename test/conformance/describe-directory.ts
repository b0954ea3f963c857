import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { describeIdentity } from './describe-identity.ts';
import { describeNetwork } from './describe-network.ts';
import { describePasswords } from './describe-passwords.ts';
import { describeStates } from './describe-states.ts';
import type { Harness } from './harness.ts';

const parts = {
  identity: describeIdentity,
  passwords: describePasswords,
  states: describeStates,
  network: describeNetwork,
  /** In place of `network`, for a kind that has none. */
  'no-network': describeNoNetwork,
} as const;

/**
 * What every directory must do, asked of a real server. Differences between servers are `facts` of the harness: each is asserted,
 * none is a reason to leave a case out.
 */
export function describeDirectory(name: string, start: () => Promise<Harness>, wanted: readonly (keyof typeof parts)[]): void {
  describe(name, () => {
    let harness: Harness | undefined;
    beforeAll(async () => {
      harness = await start();
    });
    afterAll(async () => {
      await harness?.close();
    });
    for (const part of wanted) {
      parts[part](() => {
        if (harness === undefined) throw new Error(`${name} did not start`);
        return harness;
      });
    }
  });
}

function describeNoNetwork(harness: () => Harness): void {
  it('needs no network, and says that it is well', async () => {
    expect(harness().ldap).toBeNull();
    const well = {
      servers: [],
      serviceAccount: { ok: true, problem: null, fix: null },
      clockSkew: null,
      notes: [],
      configured: [],
      tooMuch: [],
    };
    expect(await harness().directory.health()).toEqual({ ...well, rights: [] });
    const { rights, ...rest } = await harness().directory.health({ rights: true });
    expect(rest).toEqual(well);
    expect(rights.map(({ verb, ok }) => [verb, ok])).toEqual(
      ['read', 'reset-password', 'unlock-account', 'require-change', 'read-policy'].map((verb) => [verb, true]),
    );
  });
}
