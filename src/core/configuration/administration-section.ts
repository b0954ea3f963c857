import { z } from 'zod';

export const administrationSchema = z.strictObject({
  readOnlyInBrowser: z
    .boolean()
    .default(false)
    .describe('The configuration is changed by `keyturn config apply` alone: pages and API show it, check against it, and change nothing.'),
  longestTokenDays: z
    .int()
    .min(1)
    .max(1825)
    .default(365)
    .describe('For how many days a token of a program may be good at most. Those that were made before keep their end.'),
});
