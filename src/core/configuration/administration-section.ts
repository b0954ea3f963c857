import { z } from 'zod';

export const administrationSchema = z.strictObject({
  readOnlyInBrowser: z
    .boolean()
    .default(false)
    .describe('The configuration is changed by `keyturn config apply` alone: pages and API show it, check against it, and change nothing.'),
});
