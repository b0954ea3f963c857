import { z } from 'zod';
import { SIGN_IN_FACTOR_KINDS } from '../factors/kinds.ts';
import { secretReferenceSchema } from './mail-section.ts';

const words = z.array(z.string().min(1).max(200)).min(1).max(20);

const mappedProofSchema = z.strictObject({
  acr: words.optional().describe('Holds where the provider names one of these as `acr`.'),
  amr: words.optional().describe('Holds where the provider names all of these in `amr` (RFC 8176), such as pwd and otp.'),
  kinds: z
    .array(z.enum(SIGN_IN_FACTOR_KINDS))
    .min(1)
    .max(4)
    .describe('The kinds of proof that this counts as. Of them the rules of `signIn` must accept a combination.'),
});

export const openIdSchema = z.strictObject({
  issuer: z
    .string()
    .max(500)
    .regex(
      /^(https:\/\/[^\s?#]+|http:\/\/(127\.0\.0\.1|localhost)(:\d+)?(\/[^\s?#]*)?)$/,
      'Expected an address with https (http on this machine alone)',
    )
    .describe('The issuer, as its discovery document says it: https, without query.'),
  label: z.string().min(1).max(60).describe('What people read on the button.'),
  clientId: z.string().min(1).max(300).describe('What the provider calls this installation.'),
  clientSecret: secretReferenceSchema.describe('Reference to its secret: env:NAME or file:/absolute/path.'),
  directory: z.string().min(1).describe('The directory that has the accounts, by its id.'),
  claim: z
    .string()
    .regex(/^[A-Za-z0-9_.:/-]{1,100}$/)
    .default('preferred_username')
    .describe(
      'The claim of the ID token that has the sign-in name of the account, as the directory has it. Choose one that people cannot change by themselves at the provider.',
    ),
  proofs: z
    .array(mappedProofSchema)
    .min(1)
    .max(20)
    .describe('What a sign-in at the provider counts as: the first that holds. Where none does nobody is signed in.'),
  longestAgeMinutes: z
    .int()
    .min(1)
    .max(1440)
    .default(60)
    .describe('The provider asks again who signed in there longer ago; what it tells is checked.'),
  clockSkewSeconds: z.int().min(0).max(120).default(30).describe('How far the clock of the provider may be off.'),
});
export type OpenIdSettings = z.infer<typeof openIdSchema>;
