import { z } from 'zod';
import { factorKindSchema } from './journeys.ts';
import { attestationSchema, creationOptionsSchema } from './web-authn.ts';

/** What `/api/v1/me/factors` speaks: what proves somebody who is signed in, and how they change it. Times are RFC 3339 in UTC. */
const time = z.iso.datetime();
/** No control characters, nor those that turn the direction of what stands beside it (UAX #9 2). */
export const nameSchema = z
  .string()
  .trim()
  .max(60)
  .regex(/^[^\p{Cc}\u202A-\u202E\u2066-\u2069]+$/u);
/** As it was given: base64url, so that no database is asked for what it cannot hold. */
const ceremony = z.string().regex(/^[\w-]{1,64}$/);

export const ownFactorSchema = z.object({
  id: z.string(),
  kind: factorKindSchema,
  label: z.string(),
  /** Its label is its owner's to choose. */
  renamable: z.boolean(),
  /** False: it comes from the directory, and goes there. */
  removable: z.boolean(),
  createdAt: time.nullable(),
  lastUsedAt: time.nullable(),
  /** It counts from then on; null: it does. */
  countsFrom: time.nullable(),
});
export type OwnFactor = z.infer<typeof ownFactorSchema>;

export const ownFactorsSchema = z.object({
  factors: z.array(ownFactorSchema),
  /** The kinds that may be added. */
  addable: z.array(factorKindSchema),
  /**
   * The combinations by which the account can be recovered, and what is missing of each; none missing: by this one it can, at once or
   * from a time on.
   */
  ways: z.array(z.object({ kinds: z.array(factorKindSchema), missing: z.array(factorKindSchema), from: time.nullable() })),
  /** Questions to choose of, where they may be set up. */
  questions: z
    .object({ setUp: z.number(), pool: z.array(z.object({ id: z.string(), text: z.string(), language: z.string() })) })
    .nullable(),
  /** How long what is added waits before it counts; hours. */
  coolDownHours: z.number(),
  /** What a browser may tell the devices that keep passkeys (WebAuthn Level 3, 5.1.10); null: nothing. Ids are base64url. */
  devices: z
    .object({
      rpId: z.string(),
      user: z.object({ id: z.string(), name: z.string(), displayName: z.string() }),
      /** Passkeys that are worth nothing any more, the last ones first. */
      ended: z.array(z.string()),
    })
    .nullable(),
});
export type OwnFactors = z.infer<typeof ownFactorsSchema>;
export type PasskeyDevices = NonNullable<OwnFactors['devices']>;

/** `POST /api/v1/me/factors/totp`: a seed, which is kept once a code of it was given. */
export const totpBegunSchema = z.object({
  ceremony,
  expiresAt: time,
  /** In base32 (RFC 4648), for who types it. */
  seed: z.string(),
  /** For a QR code: `otpauth://totp/...`. */
  address: z.string(),
});
export type TotpBegun = z.infer<typeof totpBegunSchema>;

/** `POST /api/v1/me/factors/email`: a code goes there, and the address is kept once it came back. */
export const beginAddressRequestSchema = z.strictObject({ address: z.string().min(3).max(320) });
/** `POST /api/v1/me/factors/sms`: the same with a mobile number, in whatever form; `address` of the answer is in E.164. */
export const beginNumberRequestSchema = z.strictObject({ number: z.string().min(3).max(40) });
export const addressBegunSchema = z.object({ ceremony, expiresAt: time, address: z.string() });
export type AddressBegun = z.infer<typeof addressBegunSchema>;

/** `POST /api/v1/me/factors/confirm` */
export const confirmFactorRequestSchema = z.strictObject({ ceremony, code: z.string().min(1).max(40), name: nameSchema.optional() });
/** `countsFrom` null: it counts at once. */
export const addedFactorSchema = z.object({ name: z.string(), countsFrom: time.nullable() });
export type AddedFactor = z.infer<typeof addedFactorSchema>;

/** `POST /api/v1/me/factors/passkey-options`, then `POST /api/v1/me/factors/passkeys` */
export const ownPasskeyOptionsSchema = z.object({ ceremony, publicKey: creationOptionsSchema });
export type OwnPasskeyOptions = z.infer<typeof ownPasskeyOptionsSchema>;
export const addOwnPasskeyRequestSchema = z.strictObject({ ceremony, name: nameSchema.optional(), credential: attestationSchema });

/** `POST /api/v1/me/factors/recovery-codes`: ten new ones in place of those that there are. They are shown this once. */
export const recoveryCodesMadeSchema = z.object({ codes: z.array(z.string()), countsFrom: time.nullable() });
export type RecoveryCodesMade = z.infer<typeof recoveryCodesMadeSchema>;

export const renameFactorRequestSchema = z.strictObject({ name: nameSchema });
/** `anyway`: also when the account could not be recovered without it. */
export const removeFactorQuerySchema = z.strictObject({ anyway: z.stringbool().default(false) });

/** `POST /api/v1/me/factors/questions`: all answers, in place of those that there are. */
export const setQuestionsRequestSchema = z.strictObject({
  answers: z
    .array(z.strictObject({ question: z.string().max(40), answer: z.string().max(400) }))
    .min(1)
    .max(20),
});
