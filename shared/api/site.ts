import { z } from 'zod';
import { NAMED_GOALS, RECOVERY_GOALS } from './journeys.ts';

/** What every page needs before it can draw anything: `GET /api/v1/site`. Nothing here depends on an account. */
export const siteSchema = z.object({
  organisation: z.string(),
  /** The one address under which the pages work. */
  publicUrl: z.string(),
  /** In the language of the request (`Accept-Language`). */
  supportContact: z.string(),
  /** IANA name of the organisation's time zone. */
  timeZone: z.string(),
  languages: z.array(z.string()),
  goals: z.array(z.enum(RECOVERY_GOALS)),
  /** People may sign in. */
  signIn: z.boolean(),
  /** Where they may also sign in, as people read it on the button; null: nowhere else. */
  openId: z.string().nullable(),
  /** People who are helped on the telephone show here who they are. */
  calls: z.boolean(),
  /** What may be begun by a passkey, without a name. */
  goalsByPasskey: z.array(z.enum(NAMED_GOALS)),
  demo: z.boolean(),
  /** How the organisation looks. */
  branding: z.object({
    /** Address of an image; null: there is none. */
    logo: z.string().nullable(),
    /** Of the one for dark pages, where that is another. */
    logoDark: z.string().nullable(),
    /** Imprint, privacy, terms, in the language of the request. */
    links: z.array(z.object({ url: z.string(), label: z.string() })),
  }),
});
export type Site = z.infer<typeof siteSchema>;

/** `POST /api/v1/notices/not-me` with the token from the link's fragment. Freezes recovery of the account. */
export const notMeRequestSchema = z.strictObject({ token: z.string().min(20).max(128) });
export const notMeResponseSchema = z.object({ frozen: z.literal(true), contact: z.string() });
