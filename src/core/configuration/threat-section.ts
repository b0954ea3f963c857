import { z } from 'zod';
import { RECOVERY_FACTOR_KINDS, SIGN_IN_FACTOR_KINDS } from '../factors/kinds.ts';

/** Everything that counts somewhere, but the password: without it nobody could sign in. */
const KINDS = [...new Set([...RECOVERY_FACTOR_KINDS, ...SIGN_IN_FACTOR_KINDS])].filter((kind) => kind !== 'password');

/** What is stricter while a raised threat is declared (`keyturn threat raise`). Nothing here can make anything easier. */
export const threatSchema = z.strictObject({
  withoutKinds: z
    .array(z.enum(KINDS))
    .max(KINDS.length)
    .default(['sms', 'questions'])
    .describe('Kinds of proof that count for nothing then, neither to recover nor to sign in.'),
  verifiedCallersOnly: z
    .boolean()
    .default(true)
    .describe('Agents act for verified callers alone then, whatever `roles[].unverified` says.'),
  ownDeviceOnly: z
    .boolean()
    .default(true)
    .describe('Callers are verified on their own device alone then, whatever `roles[].otherWays` says.'),
  twoAgents: z
    .boolean()
    .default(false)
    .describe(
      'A second agent has to approve every act for anybody then, as `helpdesk.approvals` says for some. Takes a helpdesk with two on duty.',
    ),
  fullCoolDown: z
    .boolean()
    .default(true)
    .describe('What invited people set up then waits as long as what anybody adds (factors.coolDownHours), at least.'),
});
