import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createPeopleKeeper, lookedUpFor } from '../src/core/administration/counted-people.ts';
import { parseStoredConfiguration } from '../src/core/configuration/parse-stored-configuration.ts';
import { countByRule } from '../src/core/enrolment/count-by-rule.ts';
import { createAlikes, type Profile } from '../src/core/enrolment/people-profiles.ts';
import { addPerson, embeddedSection } from '../test/scenarios/sample-directory.ts';
import { signIn } from '../test/scenarios/sign-in-client.ts';
import { type Keyturn, startKeyturn } from '../test/scenarios/start-keyturn.ts';
import { median, percentile } from './statistics.ts';

/** Groups that rules name, each for a combination of its own; people are in any of them. */
const GROUPS = Array.from({ length: 8 }, (_, nth) => `Department ${nth}`);
const KINDS = ['email', 'totp', 'passkey', 'recovery-code'] as const;
const TIMES = 20;

/** What the page that shows a change waits for, over HTTP, by what a count has read of everybody; milliseconds. */
export interface DraftResult {
  readonly people: number;
  /** Sorts of people who are alike in all that rules go by. */
  readonly sorts: number;
  readonly median: number;
  readonly p95: number;
}

/** @param database null: an SQLite file */
export async function measureDraft(database: string | null, people: number): Promise<DraftResult> {
  const folder = await mkdtemp(join(tmpdir(), 'keyturn-bench-draft-'));
  const keyturn = await startKeyturn({
    directories: [embeddedSection()],
    database: database ?? `sqlite:${join(folder, 'keyturn.sqlite')}`,
    configuration: {
      signIn: { enabled: true },
      recovery: { rules: rulesWith(0) as never },
      roles: [{ name: 'editors', may: ['manage-configuration'], heldBy: { directories: ['people'], accounts: ['editor'] } }],
    },
  });
  try {
    const sorts = await keepPeople(keyturn, people);
    await addPerson(keyturn, 'editor');
    const { token } = await signIn(keyturn, 'editor', await keyturn.enrol('editor'));
    const row = await keyturn.deps.store.configurations.current();
    const document = JSON.parse(row?.document ?? '{}') as { recovery: object };
    const body = JSON.stringify({
      base: row?.version,
      document: { ...document, recovery: { ...document.recovery, rules: rulesWith(1) } },
    });
    const times: number[] = [];
    for (let nth = 0; nth < TIMES; nth += 1) {
      const begun = performance.now();
      const answer = await fetch(`${keyturn.url}/api/v1/admin/people-count/draft`, {
        method: 'POST',
        headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
        body,
      });
      const told = (await answer.json()) as { numbers?: { after: { looked: number } } };
      if (told.numbers?.after.looked !== people) throw new Error(`not counted: ${JSON.stringify(told).slice(0, 400)}`);
      times.push(performance.now() - begun);
    }
    return { people, sorts, median: median(times), p95: percentile(times, 95) };
  } finally {
    await keyturn.close();
    await rm(folder, { recursive: true, force: true });
  }
}

/** A rule for each department, and one for everybody. @param shift by which each accepts another combination */
function rulesWith(shift: number): object[] {
  const ofGroup = (group: string, nth: number) => ({
    name: group,
    when: { groups: [group], directories: ['people'] },
    accepted: [['email', (nth + shift) % 2 === 0 ? 'totp' : 'recovery-code']],
  });
  return [...GROUPS.map(ofGroup), { name: 'everybody', accepted: [['email', 'totp']] }];
}

/** Keeps people as a count does that has read them. */
async function keepPeople({ deps }: Keyturn, people: number): Promise<number> {
  const { store, clock } = deps;
  const row = await store.configurations.current();
  if (row === null) throw new Error('no configuration');
  const { configuration } = parseStoredConfiguration(row);
  await store.peopleCounts.begin({ id: 'bench', configuration: row.version, author: 'bench', begunAt: clock.now(), wait: 'bench' }, 0);
  const keeper = createPeopleKeeper(store, 'bench');
  const alikes = createAlikes();
  for (let nth = 0; nth < people; nth += 1) {
    const account = { directory: 'people', id: `guid-${nth}`, login: `person-${nth}`, displayName: `Person ${nth}`, location: 'people' };
    await keeper.add([{ account: account as never, alike: alikes.add(profileOf(nth)) }]);
  }
  const rules = [...configuration.recovery.rules, ...configuration.signIn.rules];
  await keeper.finish({ lookedUp: lookedUpFor(rules, ['people']), alikes: alikes.all });
  const numbers = JSON.stringify(await countByRule(deps, configuration, alikes.all));
  await store.peopleCounts.end('bench', { outcome: 'done', problem: null, looked: people, numbers, now: clock.now() });
  return alikes.all.length;
}

/** Spread over all that can differ, more than any organisation is. */
function profileOf(nth: number): Profile {
  const mixed = Math.imul(nth + 1, 2_654_435_761) >>> 0;
  const bit = (at: number) => ((mixed >>> at) & 1) === 1;
  return {
    directory: 'people',
    barred: mixed % 20 === 0 ? { 'reset-password': 'account-disabled', 'unlock-account': 'account-disabled' } : {},
    own: KINDS.filter((_, index) => bit(index)),
    linked: bit(4),
    vouched: null,
    membership: { places: {}, groups: Object.fromEntries(GROUPS.map((group, index) => [group, bit(8 + index)])) },
  };
}
