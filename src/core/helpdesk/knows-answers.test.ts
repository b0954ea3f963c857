import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { FactorKind } from '../../../shared/api/journeys.ts';
import { type AccessWorld, delegate, openAccessWorld } from '../../../test/access-world.ts';
import { recordEvent } from '../audit/record-event.ts';
import type { AccountRef } from '../ports/directory.ts';
import { aboutCase } from './help-case.ts';
import { knowsAnswers } from './knows-answers.ts';

let world: AccessWorld;
let agent: AccountRef;
let person: AccountRef;
beforeAll(async () => {
  world = await openAccessWorld();
});
afterAll(() => world.store.close());
beforeEach(async () => {
  world.clock.advance(3_600_000);
  [agent, person] = [await world.person(), await world.person()];
});

/** The agent typed something right in a case about somebody. */
async function typed(factor: FactorKind, by = agent, about = person, type: 'case.answer-accepted' | 'case.asked' = 'case.answer-accepted') {
  const actor = delegate(await world.signIn(by));
  const helpCase = await world.openCase(by, about, {}, { closedAt: 1, state: 'closed' });
  await world.store.transaction((store) => recordEvent(store, world.clock, { type, ...aboutCase(helpCase), actor, factor }));
}
const knows = (changes: Partial<Parameters<typeof knowsAnswers>[1]> = {}) =>
  knowsAnswers(world.store, { agent, person, questions: { createdAt: world.clock.now() }, ...changes });

describe('an agent knows the answers of a person', () => {
  it('once they have typed right ones, in whichever case, and nobody else does', async () => {
    expect(await knows()).toBe(false);
    await typed('questions');
    expect(await knows()).toBe(true);
    expect(await knows({ agent: await world.person() })).toBe(false);
    expect(await knows({ person: await world.person() })).toBe(false);
  });

  it('by whichever accounts', async () => {
    await typed('questions');
    const [other, theirs] = [await world.person(), await world.person()];
    await world.link(agent, other);
    await world.link(person, theirs);
    expect(await knows({ agent: other, person: theirs })).toBe(true);
  });

  it('not by codes, nor by what was asked for alone, nor where another set was made since', async () => {
    await typed('email');
    await typed('questions', agent, person, 'case.asked');
    expect(await knows()).toBe(false);
    await typed('questions');
    world.clock.advance(1);
    expect(await knows()).toBe(false);
  });

  it('however much they have done for them since', async () => {
    await typed('questions');
    for (let times = 0; times < 200; times += 1) await typed('email');
    expect(await knows()).toBe(true);
    const another = await world.person();
    for (let times = 0; times < 201; times += 1) await typed('email', agent, another);
    expect(await knows({ person: another })).toBe(false);
  });
});
