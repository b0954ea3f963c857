import fc from 'fast-check';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { addFactor } from '../../src/core/enrolment/add-factor.ts';
import { expireRequests } from '../../src/core/vouching/expire-requests.ts';
import { GENEROUS_LIMITS } from './generous-limits.ts';
import type { JourneyClient } from './journey-client.ts';
import { embeddedSection } from './sample-directory.ts';
import { type Keyturn, startKeyturn } from './start-keyturn.ts';
import { vouchingOn, wrong } from './vouching-harness.ts';

let keyturn: Keyturn;
beforeAll(async () => {
  keyturn = await startKeyturn({
    directories: [embeddedSection()],
    trustedProxies: ['127.0.0.1'],
    configuration: {
      guard: GENEROUS_LIMITS,
      signIn: { enabled: true, idleMinutes: 60, longestHours: 24 },
      recovery: {
        rules: [
          {
            name: 'everybody',
            accepted: [
              ['email', 'manager'],
              ['email', 'totp'],
            ],
          },
        ],
      },
    },
  });
});
afterAll(() => keyturn?.close());
const { manager, reportOf, proven, waiting, events } = vouchingOn(() => keyturn);

interface Request {
  request: string;
  digits: string;
}
const kindOf = ({ step }: JourneyClient): string => step.kind;

const MOVES = ['right', 'wrong', 'earlier-digits', 'stranger', 'refuse', 'ask', 'withdraw', 'cancel', 'poll', 'sweep'] as const;

/**
 * Whoever does what in which order: a recovery goes on by a manager only when the one who was asked has typed the digits that its page
 * showed, of the request that was open, and not after three wrong tries.
 */
it('lets nobody go on but by the digits of the request that waits, typed by who was asked', { timeout: 240_000 }, async () => {
  const [boss, stranger] = [await manager(), await manager()];
  await fc.assert(
    fc.asyncProperty(fc.array(fc.constantFrom(...MOVES), { minLength: 3, maxLength: 14 }), async (moves) => {
      const person = await reportOf(boss);
      const app = { kind: 'totp' as const, label: 'app', secret: 'GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ', source: 'test' };
      await addFactor(keyturn.deps, keyturn.deps.store, { account: person.ref, ...app });
      const client = await proven(person);
      let open: (Request & { wrong: number }) | null = null;
      let before: Request | null = null;
      let asked = 0;
      let isThrough = false;
      let isOver = false;
      for (const move of ['ask', ...moves] as const) {
        const target: Request | null = open ?? before;
        if (move === 'ask' && client.step.kind === 'choose-factor') {
          await client.answer({ option: 'manager' });
          if (kindOf(client) === 'waiting') {
            const { request, digits } = await waiting(client);
            expect(asked).toBeLessThan(2);
            asked += 1;
            open = { request, digits, wrong: 0 };
          }
        }
        if (move === 'right' && target !== null) {
          const { status } = await boss.vouch(target.request, target.digits);
          expect([move, status]).toEqual([move, open !== null ? 204 : 410]);
          if (open !== null) isThrough = true;
          before = target;
          open = null;
        }
        if ((move === 'wrong' || move === 'earlier-digits') && target !== null) {
          const typed =
            move === 'earlier-digits' && before !== null && before.digits !== target.digits ? before.digits : wrong(target.digits);
          const { status } = await boss.vouch(target.request, typed);
          expect(status).not.toBe(204);
          if (open !== null) open.wrong += 1;
          if (open !== null && open.wrong >= 3) {
            before = open;
            open = null;
          }
        }
        if (move === 'stranger' && target !== null) expect((await stranger.vouch(target.request, target.digits)).status).toBe(410);
        if (move === 'refuse' && target !== null) {
          const { status } = await boss.refuse(target.request);
          expect(status).toBe(open !== null ? 204 : 410);
          if (open !== null) isOver = true;
          before = target;
          open = null;
        }
        if (move === 'withdraw' && open !== null) {
          await client.answer({ back: true });
          before = open;
          open = null;
        }
        if (move === 'cancel') {
          const { status } = await client.call('DELETE', '/journeys/current');
          expect([204, 410]).toContain(status);
          if (open !== null) before = open;
          open = null;
          isOver = true;
        }
        if (move === 'sweep') await expireRequests(keyturn.deps);
        if (move === 'poll' && client.step.kind === 'waiting') await client.answer({});
        const { body } = await client.call('GET', '/journeys/current');
        const kind = body.step?.kind;
        if (body.step !== undefined) client.step = body.step;
        if (isOver) expect(kind).toBe('refused');
        else if (isThrough) expect(['waiting', 'new-password']).toContain(kind);
        else expect(kind).toBe(open === null ? 'choose-factor' : 'waiting');
        if (isOver || isThrough) break;
      }
      const approved = (await events('vouch.approved', person.ref.id)).length;
      expect(approved).toBe(isThrough ? 1 : 0);
      const all = await events('vouch.asked', person.ref.id);
      const ends = await Promise.all(['approved', 'refused', 'withdrawn', 'expired'].map((end) => events(`vouch.${end}`, person.ref.id)));
      expect(ends.flat().length).toBe(all.length - (open === null ? 0 : 1));
    }),
    { numRuns: 60 },
  );
});
