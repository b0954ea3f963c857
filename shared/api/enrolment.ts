import { z } from 'zod';
import { nameSchema } from './own-factors.ts';
import { attestationSchema, creationOptionsSchema } from './web-authn.ts';

/** A right to enrol, as an earlier answer gave it. It is good once. */
const right = z.string().regex(/^[\w.-]{20,200}$/);

/** `POST /api/v1/enrolment/passkey-options` */
export const passkeyOptionsRequestSchema = z.strictObject({ right });
export const passkeyOptionsResponseSchema = z.object({
  /** Names the ceremony. */
  ceremony: z.string(),
  publicKey: creationOptionsSchema,
});
export type PasskeyOptions = z.infer<typeof passkeyOptionsResponseSchema>;

/** `POST /api/v1/enrolment/passkeys` */
export const addPasskeyRequestSchema = z.strictObject({
  right,
  /** As it was given: base64url. */
  ceremony: z.string().regex(/^[\w-]{1,64}$/),
  /** What the person calls it; a name is made when absent. */
  name: nameSchema.optional(),
  credential: attestationSchema,
});
export const addPasskeyResponseSchema = z.object({
  name: z.string(),
  /** From when on it counts for a recovery; RFC 3339 in UTC. null: at once. */
  countsFrom: z.iso.datetime().nullable(),
});
export type AddedPasskey = z.infer<typeof addPasskeyResponseSchema>;
