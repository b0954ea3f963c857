import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createStore } from '../../store/create-store.ts';
import { verifyChain } from '../audit/chain.ts';
import type { Log } from '../ports/platform.ts';
import type { Store } from '../ports/store.ts';
import { type ApplyRequest, applyConfiguration } from './apply-configuration.ts';
import { exportConfiguration } from './export-configuration.ts';
import { createConfigurationReader } from './read-configuration.ts';

const silent: Log = { info() {}, warn() {}, error() {} };
let store: Store;
beforeEach(async () => {
  store = await createStore({ url: 'sqlite::memory:', sealingKeys: [{ id: 'test', key: new Uint8Array(32).fill(7) }], log: silent });
});
afterEach(() => store.close());

const document = (name: string) => ({
  version: 1,
  organisation: { name, publicUrl: 'http://127.0.0.1:8080' },
  directories: [{ kind: 'embedded', id: 'people', label: 'People' }],
  mail: { kind: 'capture' },
});

function apply(changes: Partial<ApplyRequest>) {
  const deps = {
    store,
    clock: { now: () => 1_000, monotonic: () => 1_000, sleep: async () => {} },
    checkContext: { demo: true, secretProblem: () => null, authorityFileProblem: () => null, sectionProblems: () => [] },
  };
  return applyConfiguration(deps, {
    document: document('First'),
    expectedVersion: 0,
    actor: { kind: 'operator' },
    author: 'tester',
    comment: '',
    ...changes,
  });
}

describe('applyConfiguration', () => {
  it('adds a version and tells the audit log what changed', async () => {
    await expect(apply({})).resolves.toMatchObject({ version: 1, changed: true });
    const second = await apply({
      document: { ...document('Second'), recovery: { unlockOnReset: true } },
      expectedVersion: 1,
      comment: 'name',
    });
    expect(second).toMatchObject({
      version: 2,
      changes: [{ path: ['organisation', 'name'], before: 'First', after: 'Second' }],
      warnings: [],
    });
    const rows = await store.audit.read(0, 10);
    expect(rows.map((row) => row.type)).toEqual(['configuration.applied', 'configuration.applied']);
    expect(JSON.parse(rows[1]?.data ?? '')).toEqual({
      actor: { kind: 'operator' },
      author: 'tester',
      comment: 'name',
      version: 2,
      changes: [{ path: 'organisation.name', before: 'First', after: 'Second' }],
    });
    await expect(verifyChain(rows)).resolves.toMatchObject({ ok: true, checked: 2 });
  });

  it('adds nothing when nothing changes', async () => {
    await apply({});
    await expect(apply({ expectedVersion: 1 })).resolves.toMatchObject({ version: 1, changed: false, changes: [] });
    expect(await store.configurations.list(10)).toHaveLength(1);
    expect(await store.audit.read(0, 10)).toHaveLength(1);
  });

  it('refuses a broken document with every error and leaves things as they are', async () => {
    const broken = { ...document('x'), version: 3, guard: { messagesPerAccount: { count: 9, countWithWork: 8 } } };
    await expect(apply({ document: broken })).rejects.toMatchObject({
      code: 'configuration.invalid',
      details: {
        problems: [
          'version: This is a document of format 3, of a newer release; this one understands format 1. Install that release, or take the document of this one: keyturn config export',
          'guard.messagesPerAccount.countWithWork: Lower than count: work would buy less than nothing',
        ],
      },
    });
    expect(await store.configurations.current()).toBeNull();
    expect(await store.audit.read(0, 10)).toEqual([]);
  });

  it('refuses to overwrite what somebody else applied meanwhile', async () => {
    await apply({});
    await expect(apply({ document: document('Late') })).rejects.toMatchObject({
      code: 'configuration.conflict',
      details: { expected: 0, current: 1 },
    });
    const results = await Promise.allSettled(['A', 'B', 'C'].map((name) => apply({ document: document(name), expectedVersion: 1 })));
    expect(results.filter((result) => result.status === 'fulfilled')).toHaveLength(1);
    expect((await store.configurations.list(10)).map((row) => row.version)).toEqual([2, 1]);
  });
});

describe('createConfigurationReader', () => {
  it('tells that there is none, then keeps what it parsed until the version changes', async () => {
    const reader = createConfigurationReader(store);
    expect(await reader.find()).toBeNull();
    await expect(reader.read()).rejects.toMatchObject({ code: 'configuration.missing' });
    await apply({});
    const first = await reader.read();
    expect(first.configuration.recovery.journeyMinutes).toBe(20);
    expect(await reader.read()).toBe(first);
    await apply({ document: document('Second'), expectedVersion: 1 });
    expect((await reader.read()).configuration.organisation.name).toBe('Second');
  });

  it('refuses a stored document that this release does not understand', async () => {
    await store.configurations.append(0, { document: '{"version":9}', createdAt: 0, author: '', comment: '' });
    await expect(createConfigurationReader(store).read()).rejects.toMatchObject({ code: 'configuration.invalid' });
    await expect(apply({ expectedVersion: 1 })).resolves.toMatchObject({ version: 2 });
  });
});

describe('exportConfiguration', () => {
  it('gives back what was applied, any version of it, with or without defaults', async () => {
    await expect(exportConfiguration(store)).rejects.toMatchObject({ code: 'configuration.missing' });
    await apply({});
    await apply({ document: document('Second'), expectedVersion: 1 });
    expect(await exportConfiguration(store)).toEqual({ version: 2, document: document('Second') });
    expect(await exportConfiguration(store, { version: 1 })).toEqual({ version: 1, document: document('First') });
    expect((await exportConfiguration(store, { withDefaults: true })).document).toMatchObject({
      guard: { failuresPerAccount: { count: 10 } },
    });
    await expect(exportConfiguration(store, { version: 9 })).rejects.toMatchObject({ code: 'configuration.missing' });
  });
});
