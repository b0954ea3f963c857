import { beforeAll, expect, it } from 'vitest';
import { newLogin } from '../conformance/samples.ts';
import { describeEachEngine } from './describe-each-engine.ts';
import { GENEROUS_LIMITS } from './generous-limits.ts';
import { request, startJourney } from './journey-client.ts';
import { addPerson, embeddedSection } from './sample-directory.ts';
import { type SessionClient, signIn } from './sign-in-client.ts';
import type { Keyturn } from './start-keyturn.ts';

/** What no id is, and a database may refuse to look for: NUL, half a character, a path, a wildcard, the end of a text. */
const ODD = ['\0', 'a\0b', '\0.\0', '../..', "' or 1=1", '%', '\uD800x'];
const roles = [
  {
    name: 'agents',
    may: ['see-people' as const, 'unlock-account' as const],
    heldBy: { groups: ['Agents'] },
    over: { directories: ['people'] },
  },
];

describeEachEngine('an id that none is, on %s', (engine) => {
  let keyturn: Keyturn;
  let agent: SessionClient;
  beforeAll(async () => {
    keyturn = await engine.start({
      directories: [embeddedSection()],
      configuration: { guard: GENEROUS_LIMITS, signIn: { enabled: true }, roles },
    });
    const login = newLogin('agent');
    await addPerson(keyturn, login, { groups: ['Agents'] });
    agent = await signIn(keyturn, login, await keyturn.enrol(login));
  });

  it.each(ODD)('is nobody, and no fault: %j', async (odd) => {
    const one = encodeURIComponent(odd.toWellFormed());
    const asked: [string, string, unknown?][] = [
      ['GET', `/me/phones/${one}`],
      ['POST', `/me/phones/${one}`, { digits: '10' }],
      ['POST', `/me/phones/x`, { digits: odd }],
      ['POST', '/me/invitation', { token: odd.padEnd(24, 'x') }],
      ['GET', `/helpdesk/people/people/${one}`],
      ['GET', `/helpdesk/people/${one}/x`],
      ['GET', `/helpdesk/people?directory=people&text=${one}`],
      ['GET', `/helpdesk/people?directory=people&cursor=${one}`],
      ['GET', `/helpdesk/people?directory=people&cursor=${Buffer.from(odd).toString('base64url')}`],
      ['GET', `/helpdesk/people?directory=${one}`],
      ['GET', `/helpdesk/cases/${one}`],
      ['GET', `/journeys/${one}`],
      ['DELETE', `/me/factors/${one}`, {}],
      ['DELETE', `/me/accounts/${one}`, {}],
      ['DELETE', `/me/sessions/${one}`, {}],
      ['POST', '/helpdesk/cases', { account: { directory: 'people', id: odd }, action: 'unlock-account' }],
      ['POST', '/help/unlock', { account: { directory: 'people', id: odd } }],
    ];
    const faults: string[] = [];
    for (const [method, path, body] of asked) {
      const { status, body: told } = await agent.call(method, path, body);
      if (status >= 500) faults.push(`${method} ${path} ${JSON.stringify(body)}: ${status} ${told.code}`);
    }
    for (const path of ['/phone', '/hand-over']) {
      const { status } = await request(keyturn.url, 'POST', path, { link: `${odd}.`.padEnd(24, 'x') });
      if (status >= 500) faults.push(`POST ${path}: ${status}`);
    }
    const recovery = await startJourney(keyturn.url, 'nobody');
    for (const [method, path, body] of [
      ['GET', `/journeys/current/phones/${one}`],
      ['POST', `/journeys/current/phones/${one}`, { digits: '10' }],
      ['POST', '/journeys/current/phones/x', { digits: odd }],
    ] as const) {
      const { status } = await recovery.call(method, path, body);
      if (status >= 500) faults.push(`${method} ${path}: ${status}`);
    }
    expect(faults).toEqual([]);
  });
});
