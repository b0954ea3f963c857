import { z } from 'zod';
import { oneLine } from '../one-line.ts';
import { INSTALLATION_PERMISSIONS } from '../permissions.ts';

/** What `/api/v1/admin/configuration` speaks: the document that says how the installation works. Secrets in it are references. */
const time = z.iso.datetime();
const version = z.number().int().min(0);

/** `by`: who put it into force, and why. */
const byWhom = { version, at: time, author: z.string(), comment: z.string() };

export const configurationSchema = z.object({
  ...byWhom,
  /** As it was written. */
  document: z.unknown(),
  /** The same with every default filled in; null: this release does not understand it any more. */
  inEffect: z.unknown(),
  /** Nothing is changed but by `keyturn config apply`. */
  readOnly: z.boolean(),
});
export type ShownConfiguration = z.infer<typeof configurationSchema>;

const changeSchema = z.object({ path: z.string(), before: z.unknown().optional(), after: z.unknown().optional() });
export type ShownChange = z.infer<typeof changeSchema>;
const problemSchema = z.object({
  path: z.string(),
  message: z.string(),
  severity: z.enum(['error', 'warning']),
  /** The version it was made from does not have it. */
  isNew: z.boolean(),
});
export type ShownProblem = z.infer<typeof problemSchema>;

const wanted = {
  document: z.unknown(),
  /** The version it was made from. */
  base: z.number().int().min(1).max(Number.MAX_SAFE_INTEGER),
};
export const checkConfigurationRequestSchema = z.strictObject(wanted);
export const applyConfigurationRequestSchema = z.strictObject({ ...wanted, comment: oneLine(500) });

export const checkedConfigurationSchema = z.object({
  /** Whether it could be put into force. */
  ok: z.boolean(),
  problems: z.array(problemSchema),
  /** From the base, as far as it is in order. */
  changes: z.array(changeSchema),
  /** What it asks of who makes it: these rights, and `fresh` proofs or a `passkey`. */
  needs: z.object({ permissions: z.array(z.enum(INSTALLATION_PERMISSIONS)), proof: z.enum(['fresh', 'passkey']) }),
  /** What somebody else has put into force since the base; null: nothing. */
  other: z
    .object({
      ...byWhom,
      changes: z.array(changeSchema),
      /** What is in force with this change laid over it; null: both are about the same things. */
      merged: z.unknown(),
    })
    .nullable(),
  /** Whether who asks could still change the configuration afterwards; null: it cannot be told. */
  keeps: z.boolean().nullable(),
});
export type CheckedConfiguration = z.infer<typeof checkedConfigurationSchema>;

export const appliedConfigurationSchema = z.object({
  /** False: there are errors, or it says what is in force already. */
  applied: z.boolean(),
  /** The version in force now. */
  version,
  problems: z.array(problemSchema),
  changes: z.array(changeSchema),
});
export type AppliedConfiguration = z.infer<typeof appliedConfigurationSchema>;

export const configurationVersionParamsSchema = z.object({ version: z.coerce.number().int().min(1).max(Number.MAX_SAFE_INTEGER) });
export const configurationVersionsSchema = z.object({
  /** Newest first. */
  versions: z.array(z.object(byWhom)),
});
export type ConfigurationVersions = z.infer<typeof configurationVersionsSchema>;
export const configurationVersionSchema = z.object({
  ...byWhom,
  document: z.unknown(),
  /** From the version before it. */
  changes: z.array(changeSchema),
});
export type ConfigurationVersion = z.infer<typeof configurationVersionSchema>;
