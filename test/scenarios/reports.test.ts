import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import type { LockedReport, Report } from '../../shared/api/reports.ts';
import { FUNNEL_STEPS } from '../../shared/report-parts.ts';
import { countEvents, counted, dayOf, journeysIn } from '../../src/core/reports/count-events.ts';
import { foldReports } from '../../src/core/reports/fold-reports.ts';
import { newLogin, newPassword } from '../conformance/samples.ts';
import { describeEachEngine } from './describe-each-engine.ts';
import { GENEROUS_LIMITS } from './generous-limits.ts';
import { prove, startJourney } from './journey-client.ts';
import { addPerson, embeddedSection } from './sample-directory.ts';
import { type SessionClient, signIn } from './sign-in-client.ts';
import { type Keyturn, until } from './start-keyturn.ts';

const roles = [{ name: 'auditors', may: ['view-history' as const], heldBy: { groups: ['Auditors'] } }];

describeEachEngine('reports on %s', (engine) => {
  let keyturn: Keyturn;
  let auditor: SessionClient;
  beforeAll(async () => {
    keyturn = await engine.start({
      directories: [embeddedSection('people', { lockoutThreshold: 3, lockoutMinutes: null })],
      configuration: { guard: GENEROUS_LIMITS, signIn: { enabled: true }, roles },
    });
    const login = newLogin('auditor');
    await addPerson(keyturn, login, { groups: ['Auditors'] });
    auditor = await signIn(keyturn, login, await keyturn.enrol(login));
  });

  async function person() {
    const login = newLogin();
    await addPerson(keyturn, login);
    return { login, ...(await keyturn.enrol(login)) };
  }
  const report = async (days = 7): Promise<Report> => {
    const { status, body } = await auditor.call('GET', `/reports?days=${days}`);
    expect(status).toBe(200);
    return body as unknown as Report;
  };
  const way = ({ funnel }: Report, goal = 'reset-password') =>
    Object.fromEntries(funnel.find((each) => each.goal === goal)?.steps.map(({ step, count }) => [step, count]) ?? []);
  const isNoted = (type: string, part: string) =>
    until(
      async () => (await keyturn.deps.store.audit.read(0, 100_000)).some((row) => row.type === type && row.data.includes(part)),
      `${type} of ${part}`,
    );

  it('tell how far journeys came, who is stuck, and what proofs were right', async () => {
    const before = await report();
    const [through, stuck, idle] = [await person(), await person(), await person()];
    const nobody = newLogin('nobody');
    const wrong = await startJourney(keyturn.url, stuck.login);
    await wrong.answer({ option: 'email' });
    await wrong.answer({ code: '00000000' });
    await startJourney(keyturn.url, nobody);
    await startJourney(keyturn.url, idle.login);
    const right = await startJourney(keyturn.url, through.login);
    await prove(keyturn, right, through);
    await right.answer({ password: newPassword() });
    right.at('done');
    await isNoted('journey.leads-nowhere', 'journey');
    await until(async () => way(await report()).begun === (way(before).begun ?? 0) + 4, 'four journeys');
    const after = await report();
    expect(way(after)).toEqual({
      begun: (way(before).begun ?? 0) + 4,
      found: (way(before).found ?? 0) + 3,
      'first-proof': (way(before)['first-proof'] ?? 0) + 1,
      'all-proofs': (way(before)['all-proofs'] ?? 0) + 1,
      done: (way(before).done ?? 0) + 1,
    });
    expect(way(after, 'sign-in').done).toBeGreaterThan(0);
    expect(after.helpedThemselves).toBe(before.helpedThemselves + 1);
    expect(after.activity).toHaveLength(7);
    expect(after.activity.at(-1)).toMatchObject({ begun: way(after).begun, done: way(after).done });
    expect(after.factors.find(({ kind }) => kind === 'email')).toMatchObject({ accepted: 1, refused: 1 });
    expect(after.enrolment.find(({ kind }) => kind === 'email')?.accounts).toBe(4);
    expect(after.enrolled).toBe(4);
    expect(after.stuck.map(({ account: { login }, step, wrongProofs, end }) => [login, step, wrongProofs, end])).toEqual([
      [stuck.login, 'found', 1, null],
    ]);
    expect(JSON.stringify(after)).not.toContain(nobody);

    // Once they get through they are stuck no more.
    const again = await startJourney(keyturn.url, stuck.login);
    await prove(keyturn, again, stuck);
    await again.answer({ password: newPassword() });
    again.at('done');
    expect((await report()).stuck).toEqual([]);
  });

  it('count who is locked out now', async () => {
    const { account } = await person();
    const directory = keyturn.deps.directories.get('people');
    const locked = async () => ((await auditor.call('GET', '/reports/locked')).body as unknown as LockedReport).directories;
    const [before] = await locked();
    for (let nth = 0; nth < 3; nth += 1) await directory.verifyPassword(account, `wrong ${nth}`);
    expect(await locked()).toEqual([{ id: 'people', label: 'Directory people', locked: (before?.locked ?? 0) + 1, more: false }]);
  });

  it('are taken away as tables in which nothing is a formula, and that is written down', async () => {
    const login = '=cmd.evil';
    await addPerson(keyturn, login);
    const person = await keyturn.enrol(login, 'evil@example.test');
    const journey = await startJourney(keyturn.url, login);
    await journey.answer({ option: 'email' });
    await journey.answer({ code: '00000000' });
    await isNoted('journey.proof-refused', person.account.id);
    const reply = await fetch(`${keyturn.url}/api/v1/reports/stuck.csv?days=7`, { headers: { authorization: `Bearer ${auditor.token}` } });
    expect([reply.status, reply.headers.get('content-type'), reply.headers.get('content-disposition')]).toEqual([
      200,
      'text/csv; charset=utf-8',
      'attachment; filename="stuck.csv"',
    ]);
    const [head, row] = (await reply.text()).split('\n');
    expect(head).toBe('directory,id,login,goal,at,step,wrong-proofs,end');
    expect(row).toContain(",'=cmd.evil,reset-password,");
    const { rows } = await keyturn.deps.store.audit.search({ terms: [], limit: 1 });
    expect(rows[0]).toMatchObject({ type: 'report.exported', data: expect.stringContaining('"table":"stuck"') });
    for (const table of ['activity', 'funnel', 'factors', 'enrolment', 'locked'])
      expect([table, (await auditor.call('GET', `/reports/${table}.csv`).catch(() => ({ status: 'csv' }))).status]).toEqual([table, 'csv']);
    expect((await auditor.call('GET', '/reports/all.csv')).status).toBe(404);
    expect((await auditor.call('GET', '/reports?days=8')).status).toBe(400);
  });

  it('count each event once, however many nodes count at the same time', async () => {
    const { store, clock } = keyturn.deps;
    await foldReports({ store }, 1000);
    const day = dayOf(clock.now());
    const totals = async () => (await store.reports.counts(0)).filter(({ what }) => what === counted.step('unlock-account', 'begun'));
    const [before = { day, count: 0 }] = await totals();
    const entry = (nth: number) => ({
      at: clock.now(),
      type: 'journey.started',
      data: JSON.stringify({ accounts: [], actor: { kind: 'self' }, goal: 'unlock-account', journey: `counted-${engine.name}-${nth}` }),
    });
    for (let nth = 0; nth < 2000; nth += 500)
      await store.audit.append(entry(nth), ...Array.from({ length: 499 }, (_, more) => entry(nth + more + 1)));
    await Promise.all(Array.from({ length: 6 }, () => foldReports({ store }, 1000)));
    expect(await totals()).toEqual([{ day, what: counted.step('unlock-account', 'begun'), count: before.count + 2000 }]);
    expect(await foldReports({ store }, 1)).toBe(true);
  });
});

describe('counting events', () => {
  const types = [
    ...['journey.started', 'journey.leads-nowhere', 'journey.proof-accepted', 'journey.proof-refused', 'journey.proof-complete'],
    ...['write.succeeded', 'session.opened', 'journey.expired', 'journey.cancelled', 'of.tomorrow'],
  ];
  const event = fc.record({ type: fc.constantFrom(...types), journey: fc.constantFrom('a', 'b', 'c'), hours: fc.nat(60) });

  it('comes to the same wherever the log is cut, and no step has more than the one before', () => {
    fc.assert(
      fc.property(fc.array(event, { maxLength: 40 }), fc.array(fc.nat(40), { maxLength: 5 }), (drawn, cuts) => {
        const events = drawn.map(({ type, journey, hours }, nth) => ({
          ...{ type, at: hours * 3_600_000 + nth },
          data: JSON.stringify({ journey, goal: 'reset-password', factor: 'totp', accounts: [] }),
        }));
        const at = [0, ...cuts.map((cut) => Math.min(cut, events.length)).toSorted((one, other) => one - other), events.length];
        const totals = new Map<string, number>();
        const known = new Map<string, ReturnType<typeof countEvents>['journeys'][number]>();
        for (let nth = 1; nth < at.length; nth += 1) {
          const part = events.slice(at[nth - 1], at[nth]);
          const { counts, journeys } = countEvents(
            part,
            journeysIn(part).flatMap((id) => known.get(id) ?? []),
          );
          for (const { day, what, count } of counts) totals.set(`${day} ${what}`, (totals.get(`${day} ${what}`) ?? 0) + count);
          for (const journey of journeys) known.set(journey.id, journey);
        }
        const whole = countEvents(events, []);
        expect(totals).toEqual(new Map(whole.counts.map(({ day, what, count }) => [`${day} ${what}`, count])));
        expect([...known.values()].toSorted((one, other) => (one.id < other.id ? -1 : 1))).toEqual(
          whole.journeys.toSorted((one, other) => (one.id < other.id ? -1 : 1)),
        );
        const of = (step: (typeof FUNNEL_STEPS)[number]) =>
          whole.counts.filter(({ what }) => what === counted.step('reset-password', step)).reduce((sum, { count }) => sum + count, 0);
        const steps = FUNNEL_STEPS.map(of);
        expect(steps).toEqual(steps.toSorted((one, other) => other - one));
        expect(steps[0]).toBeLessThanOrEqual(3);
      }),
      { numRuns: 200 },
    );
  });
});
