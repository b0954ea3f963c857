import { z } from 'zod';
import { RULE_TEMPLATES } from '../rule-templates.ts';

/** What `/api/v1/set-up` speaks: an installation that has no configuration yet, and who holds the link of its console. */

/** One line that somebody types; no control characters, which stand for nothing here. */
const line = (longest: number) =>
  z
    .string()
    .max(longest)
    .regex(/^\P{Cc}*$/u);
const some = (longest: number) => line(longest).min(1);
const pem = z.string().max(20_000);

const SET_UP_KINDS = ['active-directory', 'openldap', '389ds', 'ldap'] as const;

const directoryAnswersSchema = z.strictObject({
  /** Other LDAP servers want more than a page can ask: `keyturn config apply`. */
  kind: z.enum(['active-directory', 'openldap', '389ds']),
  servers: z.array(some(300)).min(1).max(10),
  startTls: z.boolean(),
  /** PEM of the authority that is to be trusted; null: those of the machine are enough. */
  authority: pem.nullable(),
  baseDn: some(1000),
  groupBaseDn: line(1000),
  /** Empty: not told yet. */
  account: line(1000),
});
const mailAnswersSchema = z.strictObject({
  host: some(255),
  port: z.int().min(1).max(65_535),
  security: z.enum(['starttls', 'tls', 'none']),
  user: line(255),
  from: some(320),
});
const organisationAnswersSchema = z.strictObject({ name: some(80), publicUrl: some(300), language: z.enum(['en', 'de']) });
const rolesAnswersSchema = z.strictObject({ administrators: some(1000), helpdesk: line(1000) });

/** What has been answered until now; each part as a whole or not at all. */
export const setUpAnswersSchema = z.strictObject({
  organisation: organisationAnswersSchema.optional(),
  directory: directoryAnswersSchema.optional(),
  mail: mailAnswersSchema.optional(),
  template: z.enum(RULE_TEMPLATES).optional(),
  roles: rolesAnswersSchema.optional(),
});
export type SetUpAnswers = z.infer<typeof setUpAnswersSchema>;

/** Typed once, and never sent back. Absent: stays as it was. */
const setUpSecretsSchema = z.strictObject({ directory: some(1000).optional(), mail: some(1000).optional() });
export type SetUpSecrets = z.infer<typeof setUpSecretsSchema>;

export const openSetUpRequestSchema = z.strictObject({ secret: z.string().min(1).max(64) });
/** `version`: what it was made from; whoever was slower is refused. */
export const saveSetUpRequestSchema = z.strictObject({
  version: z.int().min(1),
  answers: setUpAnswersSchema,
  secrets: setUpSecretsSchema.prefault({}),
});
export const shownSetUpSchema = z.object({
  version: z.number(),
  answers: setUpAnswersSchema,
  /** Which secrets have been typed. */
  known: z.object({ directory: z.boolean(), mail: z.boolean() }),
});
export type ShownSetUp = z.infer<typeof shownSetUpSchema>;

export const lookRequestSchema = z.strictObject({ address: some(300), authority: pem.optional() });
const trouble = z.object({ code: z.string(), problem: z.string(), fix: z.string() });
const certificate = z.object({
  subject: z.string(),
  issuer: z.string(),
  validFrom: z.number(),
  validUntil: z.number(),
  fingerprint: z.string(),
  isRoot: z.boolean(),
  pem: z.string(),
});
export const foundDirectorySchema = z.object({
  servers: z.array(z.object({ url: z.string(), startTls: z.boolean(), trouble: trouble.nullable() })),
  chain: z.array(certificate),
  trust: trouble.nullable(),
  authority: certificate.nullable(),
  kind: z.enum(SET_UP_KINDS).nullable(),
  product: z.string().nullable(),
  namingContexts: z.array(z.string()),
});
export type ShownDirectory = z.infer<typeof foundDirectorySchema>;

export const checkedDirectorySchema = z.object({
  /** What to grant the service account, for each tool. */
  delegations: z.array(z.object({ form: z.string(), text: z.string() })),
  /** In words of the directory adapters: errors first. `fix` has lines to paste after its first one. */
  findings: z.array(z.object({ level: z.enum(['ok', 'warning', 'error']), text: z.string(), fix: z.string().nullable() })),
  /** How many people are found; null: that could not be counted. `more`: these, and further ones. */
  people: z.object({ count: z.number(), more: z.boolean() }).nullable(),
});
export type CheckedDirectory = z.infer<typeof checkedDirectorySchema>;

export const testMailRequestSchema = z.strictObject({ to: some(320) });
/** null: the mail server took it. */
export const testedMailSchema = z.object({ trouble: trouble.nullable() });

export const checkedSetUpSchema = z.object({
  /** YAML of the configuration that the answers become, as far as they go. Its comment names what is missing, and where secrets are read. */
  document: z.string(),
  /** Paths in it of what is not answered yet. */
  missing: z.array(z.string()),
  /** Of the whole document: none is looked for while one of its sections is missing. */
  problems: z.array(z.object({ path: z.string(), message: z.string(), severity: z.enum(['error', 'warning']) })),
});
export type CheckedSetUp = z.infer<typeof checkedSetUpSchema>;

/** `administrator`: sign-in name of who gets the first invitation. */
export const finishSetUpRequestSchema = z.strictObject({ version: z.int().min(1), administrator: some(256) });
export const finishedSetUpSchema = z.object({
  /** Opens once: the administrator signs in with the password and makes a passkey. Null: they can prove themselves already. */
  invitation: z.string().nullable(),
  publicUrl: z.string(),
});
export type FinishedSetUp = z.infer<typeof finishedSetUpSchema>;
