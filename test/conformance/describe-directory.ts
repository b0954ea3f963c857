import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { describeIdentity } from './describe-identity.ts';
import { describeNetwork } from './describe-network.ts';
import { describePasswords } from './describe-passwords.ts';
import { describeStates } from './describe-states.ts';
import type { Harness } from './harness.ts';

/**
 * What every directory must do, asked of a real server. Differences between servers are `facts` of the harness: each is asserted,
 * none is a reason to leave a case out.
 */
export function describeDirectory(name: string, start: () => Promise<Harness>, options: { readonly network: boolean }): void {
  describe(name, () => {
    let harness: Harness | undefined;
    const current = (): Harness => {
      if (harness === undefined) throw new Error(`${name} did not start`);
      return harness;
    };
    beforeAll(async () => {
      harness = await start();
    });
    afterAll(async () => {
      await harness?.close();
    });

    describeIdentity(current);
    describePasswords(current);
    describeStates(current);
    if (options.network) describeNetwork(current);
    else {
      it('needs no network, and says that it is well', async () => {
        expect(current().ldap).toBeNull();
        const report = await current().directory.health();
        expect(report).toEqual({ servers: [], serviceAccount: { ok: true, problem: null }, clockSkew: null, notes: [] });
      });
    }
  });
}
