import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { explainPolicy } from '../../src/core/password-policy/explain-policy.ts';
import { prove, startJourney } from './journey-client.ts';
import { REAL_KINDS, type RealDirectory, reachRealDirectory } from './real-directories.ts';
import { type Keyturn, startKeyturn } from './start-keyturn.ts';

/** Small letters and spaces: long enough for the passphrase mode of ours, of too few kinds to Active Directory. */
const PASSPHRASE = 'quiet owls on a cupboard of oak';
const MIXED = 'Quiet owls on 7 cupboards of oak';

describe.each(REAL_KINDS)('the policy as explained, on a real directory: %s', (kind) => {
  let directory: RealDirectory;
  let keyturn: Keyturn;

  beforeAll(async () => {
    directory = await reachRealDirectory(kind);
    const passwordRules = { minimumLength: 12, characterSets: { required: 3 }, passphraseLength: 20 };
    keyturn = await startKeyturn({ directories: [directory.section], configuration: { passwordRules } });
  });
  afterAll(async () => {
    await keyturn?.close();
    await directory?.proxy.stop();
  });

  it('is what a reset meets, and says where the directory does not know the passphrase mode', async () => {
    const owner = await directory.createPerson();
    const person = await keyturn.enrol(owner.login);
    const { deps } = keyturn;
    const facts = await deps.directories.get('people').readFacts(person.account);
    const explain = (password: string) => explainPolicy(deps, facts, password, deps.clock.now());
    const told = await explain(PASSPHRASE);
    const ofMode = told.conflicts.filter(({ setting }) => setting === 'passwordRules.passphraseLength').map((conflict) => conflict.kind);
    expect(ofMode).toEqual(facts.policy.complexity === 'none' ? [] : ['harder']);
    if (kind === 'active-directory') expect(ofMode).toEqual(['harder']);
    // Directories that count kinds of characters do so at any length.
    expect(told.acceptable).toBe(facts.policy.complexity === 'none');
    expect((await explain(MIXED)).acceptable).toBe(true);

    const client = await startJourney(keyturn.url, owner.login);
    await prove(keyturn, client, person);
    await client.answer({ password: PASSPHRASE });
    if (told.acceptable === false) {
      expect(client.at('new-password').verdicts).toContainEqual(
        expect.objectContaining({ code: expect.stringMatching(/^password\.(not-complex|too-few-)/), ok: false }),
      );
      await client.answer({ password: MIXED });
    }
    client.at('done');
    expect(await directory.signsIn(owner, told.acceptable === false ? MIXED : PASSPHRASE)).toBe(true);
  });
});
