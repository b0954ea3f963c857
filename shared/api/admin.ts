import { z } from 'zod';
import { oneLine } from '../one-line.ts';
import { INSTALLATION_PERMISSIONS, PERMISSIONS, PERSON_PERMISSIONS, STANDING_PERMISSIONS } from '../permissions.ts';
import { CLIENT_KINDS, factorKindSchema } from './journeys.ts';
import { assertionSchema, attestationSchema, creationOptionsSchema } from './web-authn.ts';

/** What `/api/v1/admin` speaks: what somebody sees and does at the installation, by a role or in an emergency. */
const time = z.iso.datetime();
const verdict = z.boolean().nullable();

/** `secret`: the fragment of the address that was made on the console. */
export const openEmergencyRequestSchema = z.strictObject({ secret: z.string().min(1).max(64) });
export const emergencyPasskeyOptionsSchema = z.object({ publicKey: creationOptionsSchema });
export const emergencyPasskeyRequestSchema = z.strictObject({ credential: attestationSchema });
/** `ticket` of `GET /passkey-request`. */
export const returnToEmergencyRequestSchema = z.strictObject({ ticket: z.string().min(1).max(256), credential: assertionSchema });

/** A raised threat, for those who are to know. `lift`: who agreed that it is over, and until when a second one is waited for. */
export const shownThreatSchema = z.object({
  /** To be said by who lifts it: another one may be raised meanwhile. */
  seen: z.string(),
  since: time,
  author: z.string(),
  reason: z.string(),
  lift: z.object({ author: z.string(), until: time }).nullable(),
});
export type ShownThreat = z.infer<typeof shownThreatSchema>;
export const raiseThreatRequestSchema = z.strictObject({ reason: oneLine(500) });
export const liftThreatRequestSchema = z.strictObject({ seen: z.string().min(1).max(80) });
/** False: a second one has to agree. */
export const liftedThreatSchema = z.object({ lifted: z.boolean() });

export const adminOverviewSchema = z.object({
  /** What this person may do here. */
  may: z.array(z.enum(INSTALLATION_PERMISSIONS)),
  /** `passkey-needed`: the session is one of an emergency that has no passkey yet. */
  session: z.enum(['role', 'emergency', 'passkey-needed']),
  /** Emergencies that are in use until they are retired on the console. Those whose link waits are not among them. */
  emergencies: z.array(z.object({ author: z.string(), reason: z.string(), since: time })),
  /** null: none is raised. */
  threat: shownThreatSchema.nullable(),
  /**
   * Raising one would end the session that asks, which rests on these kinds of proof, that count for nothing then. `returns`: there is
   * something to sign in with again. null: the session goes on, or one is raised.
   */
  raisingEnds: z.object({ kinds: z.array(factorKindSchema), returns: z.boolean() }).nullable(),
  /** Version of the configuration in force. */
  configuration: z.number(),
});
export type AdminOverview = z.infer<typeof adminOverviewSchema>;

/** `directory`: where several have the name. */
const named = z.strictObject({ name: z.string().min(1).max(256), directory: z.string().min(1).max(40).optional() });
export const adminExplainRequestSchema = z.strictObject({ account: named, target: named.optional() });
const account = z.object({ directory: z.string(), id: z.string(), login: z.string(), label: z.string() });
export const adminExplanationSchema = z.object({
  account,
  protected: z.boolean(),
  /** What protects it. */
  protectedBy: z.string().nullable(),
  /** Why the account may do nothing for anybody. */
  barred: z.string().nullable(),
  roles: z.array(
    z.object({
      name: z.string(),
      may: z.array(z.enum(PERMISSIONS)),
      /** null: the directory does not tell. */
      held: verdict,
      ways: z.array(z.object({ what: z.enum(['directory', 'group', 'account']), name: z.string(), verdict })),
    }),
  ),
  target: z
    .object({
      account,
      decisions: z.array(
        z.object({
          action: z.enum([...PERSON_PERMISSIONS, ...STANDING_PERMISSIONS]),
          allowed: z.boolean(),
          because: z.string().nullable(),
          roles: z.array(z.string()),
        }),
      ),
    })
    .nullable(),
});
export type AdminExplanation = z.infer<typeof adminExplanationSchema>;

/** Who would recover or sign in, from where, and with which new password. */
export const adminTryRequestSchema = z.strictObject({
  account: named,
  client: z.enum(CLIENT_KINDS),
  /** Network address; without it the network is not known. */
  address: z.union([z.ipv4(), z.ipv6()]).optional(),
  password: z.string().min(1).max(1024).optional(),
});
const kinds = z.array(z.string());
export const adminTriedSchema = z.object({
  account,
  proof: z.array(
    z.object({
      goal: z.string(),
      /** Why it leads nowhere for this account; null: it does not. `detail`: what the directory says of it. */
      reason: z.string().nullable(),
      detail: z.string().nullable(),
      rules: z.array(
        z.object({
          name: z.string(),
          fate: z.enum(['applies', 'passed-over', 'in-doubt', 'not-reached']),
          conditions: z.array(z.object({ condition: z.string(), verdict })),
        }),
      ),
      /** To everybody alike, before the first right proof. */
      offered: z.array(kinds),
      combinations: z.array(z.object({ kinds, missing: kinds })),
    }),
  ),
  password: z.object({
    /** The directory's name for it; null: it is not known which one is in force. */
    policy: z.string().nullable(),
    /** Another policy that may not be read may be in force. */
    uncertain: z.boolean(),
    rules: z.array(
      z.object({
        from: z.enum(['directory', 'organisation', 'keyturn']),
        text: z.string(),
        /** null: no password was given, or it cannot be told beforehand. */
        ok: verdict,
      }),
    ),
    conflicts: z.array(z.object({ kind: z.enum(['impossible', 'harder', 'idle']), setting: z.string(), text: z.string() })),
    /** Whether anything that is known beforehand refuses the password; null: none was given. */
    acceptable: verdict,
  }),
});
export type AdminTried = z.infer<typeof adminTriedSchema>;
