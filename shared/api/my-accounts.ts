import { z } from 'zod';

/** `GET /me/accounts`: the other accounts of the person. */
export const myAccountsSchema = z.object({
  accounts: z.array(
    z.object({
      id: z.string(),
      /** As its directory has it; null when that does not answer or the account is gone. */
      login: z.string().nullable(),
      directory: z.string(),
      linkedAt: z.iso.datetime(),
      /** Before this nothing that is enrolled for one counts for the other; null: it counts. */
      countsFrom: z.iso.datetime().nullable(),
    }),
  ),
});
export type MyAccounts = z.infer<typeof myAccountsSchema>;

/** Begins the journey that proves another account, by its name. */
export const beginLinkRequestSchema = z.strictObject({ account: z.string().min(1).max(256) });
/** `journey`: the one that was completed. `journeyToken` is for programs: browsers have it in a cookie. */
export const linkAccountRequestSchema = z.strictObject({
  journey: z.string().min(1).max(64),
  journeyToken: z.string().max(64).optional(),
});
