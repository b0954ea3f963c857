import { z } from 'zod';
import { SIGN_IN_FACTOR_KINDS } from '../factors/kinds.ts';
import { openIdSchema } from './open-id-section.ts';
import { proofRuleSchema, whenSchema } from './proof-rule-section.ts';

export const signInSchema = z.strictObject({
  enabled: z.boolean().default(false).describe('People may sign in.'),
  rules: z
    .array(proofRuleSchema(SIGN_IN_FACTOR_KINDS, whenSchema))
    .min(1)
    .max(100)
    .default([
      {
        name: 'everybody',
        when: {},
        accepted: [
          ['password', 'totp'],
          ['password', 'email'],
          ['password', 'recovery-code'],
        ],
      },
    ])
    .describe(
      'Who must prove themselves how to sign in, by the same rules as in `recovery`. Who has nothing enrolled yet gets in by the password alone, to do nothing but enrol.',
    ),
  openIdConnect: openIdSchema
    .optional()
    .describe('Agents and administrators may also sign in at a provider of OpenID Connect. Changed at the console alone.'),
  idleMinutes: z
    .int()
    .min(1)
    .max(60)
    .default(15)
    .describe('A session ends after so long without a request (NIST SP 800-63B-4 2.2.3: an hour at most).'),
  longestHours: z
    .int()
    .min(1)
    .max(24)
    .default(12)
    .describe('A session ends after so long, whatever is done in it (NIST SP 800-63B-4 2.2.3: 24 hours at most).'),
});
