import fc from 'fast-check';
import { expect, it } from 'vitest';
import { configurationSchema } from '../configuration/document.ts';
import type { WorkChallenge } from '../ports/platform.ts';
import { createWork } from './work.ts';

it('has its solution in the upper half of what is to be tried, evenly, and grows with the factor', async () => {
  await fc.assert(
    fc.asyncProperty(fc.integer({ min: 10, max: 1_000 }), fc.integer({ min: 1, max: 32 }), fc.nat(), async (tries, factor, chance) => {
      const configuration = configurationSchema.parse({
        version: 1,
        organisation: { name: 'Test', publicUrl: 'https://keyturn.example.test' },
        directories: [{ id: 'people', kind: 'embedded', label: 'People' }],
        mail: { kind: 'capture' },
        guard: { work: { iterations: 50, tries } },
      });
      const asked: { iterations: number; counter: number }[] = [];
      const belows: number[] = [];
      const integer = (below: number) => {
        belows.push(below);
        return chance % below;
      };
      const challenge = {} as WorkChallenge;
      const deps = {
        configuration: () => configuration,
        random: { integer, bytes: (length: number) => new Uint8Array(length) },
        work: {
          create(what: { iterations: number; counter: number }) {
            asked.push(what);
            return Promise.resolve(challenge);
          },
          isDone: () => Promise.resolve(false),
        },
      };
      const difficulty = tries * factor;
      const least = Math.floor(difficulty / 2);
      expect(await createWork(deps, factor)).toEqual({ challenge, difficulty });
      expect(belows).toEqual([difficulty - least]);
      expect(asked).toEqual([{ iterations: 50, counter: least + (chance % (difficulty - least)) }]);
    }),
  );
});
