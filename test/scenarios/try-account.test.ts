import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { AdminTried } from '../../shared/api/admin.ts';
import { newLogin } from '../conformance/samples.ts';
import { GENEROUS_LIMITS } from './generous-limits.ts';
import { REAL_KINDS, type RealDirectory, reachRealDirectory } from './real-directories.ts';
import { type SessionClient, signIn } from './sign-in-client.ts';
import { type Keyturn, startKeyturn } from './start-keyturn.ts';

const WEAK = 'short';
const STRONG = 'Quiet-harbour-at-n00n';

describe.each(REAL_KINDS)('what an account would be asked for, kind %s', (kind) => {
  const [editor, agent] = [newLogin('editor'), newLogin('agent')];
  let real: RealDirectory;
  let keyturn: Keyturn;
  let held: SessionClient;
  beforeAll(async () => {
    real = await reachRealDirectory(kind);
    keyturn = await startKeyturn({
      directories: [real.section],
      configuration: {
        guard: GENEROUS_LIMITS,
        signIn: { enabled: true },
        passwordRules: { denyList: { contains: ['harbour'] }, minimumLength: 10 },
        recovery: {
          rules: [
            { name: 'office', when: { networks: ['192.0.2.0/24'] }, accepted: [['email']] },
            { name: 'everybody', accepted: [['email', 'totp']] },
          ],
        },
        roles: [
          { name: 'editors', may: ['manage-configuration'], heldBy: { accounts: [editor] } },
          { name: 'agents', may: ['view-history'], heldBy: { accounts: [agent] } },
        ],
      },
    });
    const person = await real.createPerson({ login: editor });
    held = await signIn(keyturn, editor, await keyturn.enrol(editor), person.password);
  });
  afterAll(async () => {
    await keyturn?.close();
    await real?.proxy.stop();
  });
  const attempt = async (login: string, more: object = {}) => {
    const { status, body } = await held.call('POST', '/admin/try', { account: { name: login }, client: 'web', ...more });
    return { status, body: body as unknown as AdminTried & { code?: string } };
  };

  it('tells which rule counts from where, what is offered, and what the owner lacks', async () => {
    const { login } = await real.createPerson();
    const reset = (body: AdminTried) => body.proof.find(({ goal }) => goal === 'reset-password');
    const none = await attempt(login);
    expect(none.status).toBe(200);
    expect(reset(none.body)).toMatchObject({
      reason: 'not-enrolled',
      rules: [
        { name: 'office', fate: 'in-doubt', conditions: [{ condition: 'networks', verdict: null }] },
        { name: 'everybody', fate: 'applies' },
      ],
    });
    await keyturn.enrol(login);
    const away = await attempt(login, { address: '198.51.100.7' });
    expect(reset(away.body)).toMatchObject({
      reason: null,
      rules: [{ fate: 'passed-over' }, { fate: 'applies' }],
      offered: [['email', 'totp']],
      combinations: [{ kinds: ['email', 'totp'], missing: [] }],
    });
    const near = await attempt(login, { address: '192.0.2.9' });
    expect(reset(near.body)).toMatchObject({ rules: [{ fate: 'applies' }, { fate: 'not-reached' }], offered: [['email']] });
    const odd = await attempt('domina-that-nobody-has');
    expect(odd.body.code).toBe('access.nobody-found');
    for (const address of ['x', '999.1.1.1', '192.0.2.0/24']) expect((await attempt(login, { address })).status).toBe(400);
  });

  it('judges a password by the rules of both, and keeps it out of log and audit', async () => {
    const { login } = await real.createPerson();
    const without = (await attempt(login)).body.password;
    expect(without.acceptable).toBe(null);
    expect(new Set(without.rules.map(({ from }) => from))).toEqual(new Set(['directory', 'organisation', 'keyturn']));
    expect(without.rules.every(({ ok }) => ok === null)).toBe(true);
    const before = (await keyturn.deps.store.audit.head()).seq;
    const weak = (await attempt(login, { password: WEAK })).body.password;
    expect(weak.acceptable).toBe(false);
    const listed = (await attempt(login, { password: STRONG })).body.password;
    expect(listed.acceptable).toBe(false);
    expect(listed.rules.filter(({ ok }) => ok === false)).toMatchObject([{ from: 'organisation' }]);
    const good = (await attempt(login, { password: STRONG.replace('harbour', 'meadow') })).body.password;
    expect(good.acceptable).toBe(true);
    expect((await keyturn.deps.store.audit.head()).seq).toBe(before);
    expect(keyturn.logLines.join('\n')).not.toContain(STRONG);
  });

  it('is for who may see the configuration', async () => {
    const { login } = await real.createPerson();
    const other = await real.createPerson({ login: agent });
    const session = await signIn(keyturn, agent, await keyturn.enrol(agent), other.password);
    const refused = await session.call('POST', '/admin/try', { account: { name: login }, client: 'web', password: STRONG });
    expect(refused.body.code).toBe('access.management-refused');
  });
});
