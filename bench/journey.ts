import type { DemoMessage } from '../shared/api/demo.ts';
import type { Goal, Step } from '../shared/api/journeys.ts';
import type { HttpClient } from './http-client.ts';
import type { Person } from './product.ts';

/** A journey and the step that it stands at. */
export interface OpenJourney {
  readonly token: string;
  readonly step: Step;
}

interface Answered {
  readonly step: Step;
}

async function answer(http: HttpClient, journey: OpenJourney, body: unknown): Promise<OpenJourney> {
  const { step } = await http.call<Answered>('POST', `/journeys/current/steps/${journey.step.id}`, { token: journey.token, body });
  return { token: journey.token, step };
}

function startJourney(http: HttpClient, person: Person, goal: Goal): Promise<OpenJourney> {
  return http.call('POST', '/journeys', { body: { goal, account: person.login, client: { kind: 'cli' } } });
}

/** Walks to the question of the goal with the authenticator alone, where that is accepted. */
export async function proveQuickly(http: HttpClient, person: Person, goal: Goal): Promise<OpenJourney> {
  const started = await startJourney(http, person, goal);
  const asked = await answer(http, started, { option: 'totp' });
  return answer(http, asked, { code: person.totp() });
}

/** Walks to the question of the goal with a mailed code and the authenticator, as the product ships. */
export async function proveFully(http: HttpClient, person: Person, goal: Goal): Promise<OpenJourney> {
  const started = await startJourney(http, person, goal);
  const mailed = await answer(http, started, { option: 'email' });
  const asked = await answer(http, mailed, { code: await mailedCode(http, person.mail) });
  return answer(http, asked, { code: person.totp() });
}

async function mailedCode(http: HttpClient, address: string): Promise<string> {
  for (;;) {
    const messages = await http.call<DemoMessage[]>('GET', '/demo/messages');
    const code = /^\d{6,10}$/m.exec(messages.find((message) => message.to === address)?.text ?? '')?.[0];
    if (code !== undefined) return code;
  }
}

/** The last answer of a journey: a new password, or the yes to an unlock. Throws unless it was done. */
export async function finish(http: HttpClient, journey: OpenJourney, body: { password: string } | { confirm: true }): Promise<void> {
  const { step } = await answer(http, journey, body);
  const done = step.kind === 'done' && step.results.every(({ outcome }) => outcome === 'password-reset' || outcome === 'unlocked');
  if (!done) throw new Error(`not done: ${JSON.stringify(step)}`);
}
