import { z } from 'zod';
import { PERMISSIONS, PERSON_PERMISSIONS } from '../permissions.ts';
import { shownThreatSchema } from './admin.ts';
import { CLIENT_KINDS, factorKindSchema } from './journeys.ts';

/** What `/api/v1/session` and `/api/v1/sessions` speak: who is signed in, where, and until when. */

/** Times are RFC 3339 in UTC. */
const time = z.iso.datetime();

export const sessionSchema = z.object({
  /** Names it in the list, and opens nothing. */
  id: z.string(),
  /** The sign-in name as the directory has it. */
  login: z.string(),
  /**
   * `enrolment`, `until-enrolled`: it may do nothing but enrol; the second one until enough is enrolled, see `POST /session/release`.
   * `emergency`: it may do nothing but administer.
   */
  rights: z.enum(['full', 'enrolment', 'until-enrolled', 'emergency']),
  /** How the person proved who they are, and when. */
  proofs: z.array(z.object({ kind: factorKindSchema, at: time })),
  createdAt: time,
  seenAt: time,
  /** It ends then, or earlier when it is not used until `idleAt`. */
  endsAt: time,
  idleAt: time,
  /** Where it was opened. */
  address: z.string(),
  client: z.enum(CLIENT_KINDS),
  /** The one of this request. */
  current: z.boolean(),
});
export type SignedIn = z.infer<typeof sessionSchema>;

/** `journey`: the one that was completed, as its answers name it; its token comes as with every answer. */
export const openSessionRequestSchema = z.strictObject({ journey: z.string().min(1).max(64) });
/** `token` for programs alone; browsers get a cookie that pages cannot read. */
export const openSessionResponseSchema = z.object({ token: z.string().optional(), session: sessionSchema });
export const sessionResponseSchema = z.object({ session: sessionSchema });
export const sessionsResponseSchema = z.object({ sessions: z.array(sessionSchema) });

/** Begins a journey to prove once more who one is: `anyOf` as the problem `session.step-up-needed` has it. */
export const stepUpRequestSchema = z.strictObject({ anyOf: z.array(z.array(factorKindSchema).min(1).max(4)).min(1).max(16) });
/** `journey`: the step-up that was completed. `journeyToken` is for programs: browsers have it in a cookie. */
export const raiseSessionRequestSchema = z.strictObject({
  journey: z.string().min(1).max(64),
  journeyToken: z.string().max(64).optional(),
});

/** What the roles of who is signed in let them do. Each act asks again: this is for showing what there is. */
export const ownRolesSchema = z.object({
  /** Names of the roles that are held by group or by name. */
  roles: z.array(z.string()),
  may: z.array(z.enum(PERMISSIONS)),
  /** Some roles are held for the people of a manager: whether there are any is only asked when they act. */
  asManager: z.array(z.enum(PERSON_PERMISSIONS)),
  /** The directory does not tell of every role; those count as not held. */
  incomplete: z.boolean(),
  /** A raised threat, for who holds any role that way; null: none is raised, or they hold none. */
  threat: shownThreatSchema.nullable(),
});
export type OwnRoles = z.infer<typeof ownRolesSchema>;
