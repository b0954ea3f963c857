import { z } from 'zod';
import { sessionSchema } from './session.ts';

/** What `/api/v1/session/openid` speaks: signing in at a provider of OpenID Connect. */

/** `again`: who is signed in proves once more who they are. */
export const beginOpenIdRequestSchema = z.strictObject({ again: z.boolean().default(false) });
/** Where the browser goes. */
export const beginOpenIdResponseSchema = z.object({ address: z.string() });
/** `answer`: the fragment with which the browser came back. */
export const finishOpenIdRequestSchema = z.strictObject({
  answer: z
    .string()
    .min(1)
    .max(8000)
    .regex(/^\P{Cc}+$/u),
});
export const finishOpenIdResponseSchema = z.object({ session: sessionSchema });
