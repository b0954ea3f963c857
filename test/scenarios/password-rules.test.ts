import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { createScratchFolder, removeScratchFolder } from '../servers/scratch.ts';
import { prove, startJourney } from './journey-client.ts';
import { addPerson, embeddedSection, OLD_PASSWORD, signsIn } from './sample-directory.ts';
import { startKeyturn } from './start-keyturn.ts';

const GOOD = 'a-cupboard-of-7-quiet-owls';

describe('rules of the organisation in a journey', () => {
  it('are announced, judged while typing and when sent, and never tell the deny list', async () => {
    const folder = await createScratchFolder('password-rules');
    writeFileSync(join(folder, 'words'), 'Bücherregal\n');
    const passwordRules = {
      minimumLength: 12,
      characterSets: { required: 4 },
      passphraseLength: 20,
      sequences: {},
      names: {},
      dictionary: { files: [join(folder, 'words')] },
      denyList: { contains: ['wolperdinger'], patterns: ['(?i)acme[0-9]'] },
    };
    const keyturn = await startKeyturn({ directories: [embeddedSection()], configuration: { passwordRules } });
    try {
      const login = 'kwombatfrog';
      await addPerson(keyturn, login);
      const person = await keyturn.enrol(login);
      const client = await startJourney(keyturn.url, login, 'reset-password', 'en');
      await prove(keyturn, client, person);
      const { rules } = client.at('new-password');
      expect(rules).toContainEqual(expect.objectContaining({ code: 'password.too-short', text: 'At least 12 characters' }));
      expect(rules).toContainEqual(
        expect.objectContaining({
          code: 'password.too-few-sets',
          text: expect.stringMatching(/^At least 4 of these: .*from 20 characters/),
        }),
      );
      expect(JSON.stringify(rules)).not.toMatch(/wolperdinger|acme|regal/i);
      const refused = [
        ['Short-1x', 'password.too-short'],
        ['short-of-capitals', 'password.too-few-sets'],
        ['A-cupboard-of-5678', 'password.sequence'],
        [`A1-${[...login].reverse().join('').toUpperCase()}-owls`, 'password.disguised-name'],
        ['Buch3rr3gal-2026-7890', 'password.sequence'],
        ['Buch3rr3gal-2026-2026', 'password.dictionary'],
        ['my wólperdinger and 7 quiet owls', 'password.denied'],
        ['an ACME7 and seven quiet owls', 'password.denied'],
      ] as const;
      for (const [password, code] of refused) {
        const { body } = await client.call('POST', '/journeys/current/password-check', { password });
        expect(body, password).toMatchObject({ acceptable: false });
        expect(body.verdicts?.filter(({ ok }) => ok === false).map((verdict) => verdict.code)).toContain(code);
        expect((await client.answer({ password })).status).toBe(200);
        expect(client.at('new-password').verdicts).toContainEqual(expect.objectContaining({ code, ok: false }));
      }
      expect(await signsIn(keyturn, login, OLD_PASSWORD)).toBe(true);
      await client.answer({ password: GOOD });
      client.at('done');
      expect(await signsIn(keyturn, login, GOOD)).toBe(true);
    } finally {
      await keyturn.close();
      await removeScratchFolder(folder);
    }
  });
});
