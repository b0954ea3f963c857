import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { applyChanges, diffConfiguration, type Json } from './diff-configuration.ts';
import { formatPath } from './format-path.ts';

const json = fc.jsonValue({ maxDepth: 4 }).map((value) => JSON.parse(JSON.stringify(value)) as Json);

describe('diffConfiguration', () => {
  it('finds nothing between a document and itself', () => {
    fc.assert(
      fc.property(json, (document) => {
        expect(diffConfiguration(document, structuredClone(document))).toEqual([]);
      }),
    );
  });

  it('leads from any document to any other', () => {
    fc.assert(
      fc.property(json, json, (before, after) => {
        expect(applyChanges(before, diffConfiguration(before, after))).toEqual(after);
      }),
      { numRuns: 500 },
    );
  });

  it('leads back when before and after change places', () => {
    fc.assert(
      fc.property(json, json, (before, after) => {
        const back = diffConfiguration(before, after).map((change) => ({ ...change, before: change.after, after: change.before }));
        expect(applyChanges(after, back)).toEqual(before);
      }),
    );
  });

  it('names the deepest place that differs', () => {
    const before = { directories: [{ id: 'a', servers: [{ url: 'ldaps://one' }] }], recovery: { unlockOnReset: true } };
    const after = { directories: [{ id: 'a', servers: [{ url: 'ldaps://two' }, { url: 'ldaps://three' }] }], recovery: {} };
    expect(diffConfiguration(before, after).map(({ path, ...values }) => ({ path: formatPath(path), ...values }))).toEqual([
      { path: 'directories[0].servers[0].url', before: 'ldaps://one', after: 'ldaps://two' },
      { path: 'directories[0].servers[1]', before: undefined, after: { url: 'ldaps://three' } },
      { path: 'recovery.unlockOnReset', before: true, after: undefined },
    ]);
  });

  it('tells of a list of plain values as a whole, and of a list of lists by each', () => {
    const before = { accepted: [['passkey'], ['email', 'totp']], goals: ['reset-password', 'unlock-account'], groups: [] };
    const after = { accepted: [['passkey'], ['totp'], ['sms']], goals: ['find-username', 'reset-password'], groups: ['Staff'] };
    expect(diffConfiguration(before, after).map(({ path, ...values }) => ({ path: formatPath(path), ...values }))).toEqual([
      { path: 'accepted[1]', before: ['email', 'totp'], after: ['totp'] },
      { path: 'accepted[2]', before: undefined, after: ['sms'] },
      { path: 'goals', before: ['reset-password', 'unlock-account'], after: ['find-username', 'reset-password'] },
      { path: 'groups', before: [], after: ['Staff'] },
    ]);
  });
});
