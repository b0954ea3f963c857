import { z } from 'zod';
import type { FactorKind } from '../../../shared/api/journeys.ts';
import { administrationSchema } from './administration-section.ts';
import { brandingSchema } from './branding-section.ts';
import { directorySchema } from './directory-section.ts';
import { enrolmentSchema } from './enrolment-section.ts';
import { helpdeskSchema } from './helpdesk-section.ts';
import { mailSchema } from './mail-section.ts';
import { managerFactorSchema } from './manager-section.ts';
import { noticesSchema } from './notices-section.ts';
import { passwordRulesSchema } from './password-rules-section.ts';
import { peopleSchema } from './people-section.ts';
import { questionsFactorSchema } from './questions-section.ts';
import { recoverySchema } from './recovery-section.ts';
import { rolesSchema } from './roles-section.ts';
import { signInSchema } from './sign-in-section.ts';
import { smsSchema } from './sms-section.ts';
import { threatSchema } from './threat-section.ts';
import { isTimeZone } from './time-zone.ts';

const seconds = (minimum: number, maximum: number) => z.int().min(minimum).max(maximum);

/** Of codes that are sent. NIST SP 800-63B-4 3.1.3 allows ten minutes at most, and six digits at least. */
const sentCodeSchema = (how: string) =>
  z.strictObject({
    codeLength: z.int().min(6).max(10).default(8).describe(`Digits of a code ${how}.`),
    lifetimeSeconds: seconds(60, 600)
      .default(600)
      .describe(`How long a code ${how} is good for. NIST SP 800-63B-4 3.1.3 allows ten minutes at most.`),
    attempts: z.int().min(1).max(10).default(5).describe('Wrong entries after which the code is void.'),
    resendWaitSeconds: seconds(10, 600).default(60).describe('Wait before another code can be asked for.'),
  });

const totpFactorSchema = z.strictObject({
  attempts: z.int().min(1).max(10).default(5).describe('Wrong entries after which the journey ends.'),
  skewSteps: z
    .int()
    .min(0)
    .max(2)
    .default(1)
    .describe('Time steps of 30 seconds that a code may be early or late (RFC 6238 5.2 advises one).'),
});

/** A limit: at most `count` in `windowSeconds`. */
const limit = (count: number, windowSeconds: number) =>
  z
    .strictObject({
      count: z.int().min(1).max(1_000_000).default(count).describe('At most this many within windowSeconds.'),
      windowSeconds: seconds(1, 86_400).default(windowSeconds).describe('Length of that window.'),
    })
    .prefault({});

/** A budget of an account: `count` for anybody, `countWithWork` for those who have solved a proof of work. */
const budget = (count: number, countWithWork: number, windowSeconds: number) =>
  z
    .strictObject({
      count: z.int().min(1).max(1_000_000).default(count).describe('At most this many within windowSeconds.'),
      countWithWork: z
        .int()
        .min(1)
        .max(1_000_000)
        .default(countWithWork)
        .describe('At most this many in all for those who have solved a proof of work.'),
      windowSeconds: seconds(1, 604_800).default(windowSeconds).describe('Length of that window.'),
    })
    .prefault({});

const DAY = 86_400;

const guardSchema = z.strictObject({
  startsPerAddress: limit(30, 600).describe('Journeys started from one address (IPv6: one /64).'),
  startsPerNetwork: limit(300, 600).describe('Journeys started from one network (IPv4 /24, IPv6 /48).'),
  startsOverall: limit(3000, 60).describe('Journeys started at this installation.'),
  startsPerAccount: limit(6, DAY).describe('Journeys started for one name from one network; beyond it each costs a proof of work.'),
  startsPerAccountOverall: limit(40, DAY).describe('Journeys started for one name from everywhere; beyond it each costs a proof of work.'),
  messagesPerAccount: budget(6, 10, DAY).describe('Codes sent to one account at the wish of one network, or of a device that is known.'),
  messagesPerAccountOverall: budget(40, 120, DAY).describe(
    'Codes sent to one account at the wish of all networks together from which its owner never succeeded.',
  ),
  textsOverall: limit(500, DAY).describe(
    'Text messages sent by this installation in all, so that nobody can run up a bill; the last fifth for people at a place that is known. Beyond it none leave until the window is over.',
  ),
  failuresPerAccount: budget(10, 20, DAY).describe(
    'Wrong proofs that are judged for one account from one network, or from a device that is known (PCI DSS 8.3.4: at most 10 before something more is wanted).',
  ),
  failuresPerAccountOverall: budget(50, 250, DAY).describe(
    'Wrong proofs that are judged for one account from all networks together from which its owner never succeeded.',
  ),
  failuresPerAuthenticator: z
    .int()
    .min(10)
    .max(100)
    .default(100)
    .describe(
      'Wrong codes of one authenticator in a row, given after another proof was right, after which its codes count no more until it is released (NIST SP 800-63B-4 3.2.2: at most 100).',
    ),
  knownPlaceDays: z
    .int()
    .min(0)
    .max(400)
    .default(180)
    .describe(
      'How long a network or browser from which a person recovered is remembered, as a digest; their share is kept for them. 0: not at all.',
    ),
  work: z
    .strictObject({
      iterations: z
        .int()
        .min(1)
        .max(1_000_000)
        .default(5000)
        .describe('Iterations of PBKDF2-SHA-256 that one try of a proof of work takes.'),
      tries: z
        .int()
        .min(1)
        .max(100_000)
        .default(400)
        .describe('Tries that the smallest proof of work takes at most; half of them at least.'),
      hardest: z.int().min(1).max(1024).default(32).describe('How many times as much the hardest one takes.'),
    })
    .prefault({})
    .describe('Proof of work, asked for where a name is tried too often. By default about a second, and half a minute at the hardest.'),
  answersPerJourney: limit(120, 600).describe('Answers posted in one journey. Judging a password while it is typed does not count.'),
  strayRequestsPerAddress: limit(120, 600).describe(
    'Requests from one address (IPv6: one /64) with a token that is missing or that nobody was given. Others behind the address are not kept from their journeys.',
  ),
  stepUpsPerSession: limit(60, 600).describe(
    'Times that somebody who is signed in begins to prove anew who they are, in one session. It counts for nothing else, so that nobody who begins journeys from the same address keeps them from it.',
  ),
  noticeAnswersPerAddress: limit(30, 600).describe('"This was not me" pressed from one address (IPv6: one /64).'),
  searchesPerSession: limit(600, 3600).describe(
    'Searches for people in one directory, and further pages of them, in one session: more than anybody does by hand, so that a stolen session does not copy a directory. Begins anew with a fresh proof of who is signed in. Lists that are taken away whole do not count.',
  ),
  searchesPerAgent: limit(3000, DAY).describe(
    'The same by one agent in all sessions, or by one program with its token. For an agent as many once more, in sessions whose proofs are an hour old at most.',
  ),
});

const contactSchema = z.string().min(1).max(200);
const contactsSchema = z
  .strictObject({
    en: contactSchema.optional().describe('The text in English.'),
    de: contactSchema.optional().describe('The text in German.'),
  })
  .refine((texts) => Object.values(texts).some((text) => text !== undefined), 'needs the text of at least one language');

/** The one format that this release understands. */
const FORMAT = 1;

function wrongFormat(given: unknown): string {
  return typeof given === 'number' && Number.isInteger(given) && given > FORMAT
    ? `This is a document of format ${given}, of a newer release; this one understands format ${FORMAT}. Install that release, or take the document of this one: keyturn config export`
    : `Write version: ${FORMAT}. It is the format of the document, not the number of a version that is in force`;
}

export const configurationSchema = z.strictObject({
  version: z.literal(FORMAT, { error: ({ input }) => wrongFormat(input) }).describe('Version of this document format.'),
  organisation: z
    .strictObject({
      name: z
        .string()
        .min(1)
        .max(80)
        .regex(/^[^\p{Cc}\p{Zl}\p{Zp}]+$/u, 'A name is one line')
        .default('Keyturn')
        .describe('Shown on pages and in mails.'),
      supportContact: z
        .union([contactSchema, contactsSchema])
        .default({ en: 'Ask your helpdesk.', de: 'Fragen Sie Ihren Helpdesk.' })
        .describe('What people read when they cannot go on by themselves: one text for everybody, or one for each language.'),
      publicUrl: z
        .url({ protocol: /^https?$/ })
        .describe('The address people use. Links in mails are built from it and from nothing else.'),
      alarmAddress: z
        .email()
        .optional()
        .describe(
          'Told by mail when somebody says "this was not me", when an administrator is let in for an emergency, and when a threat is raised or lifted; and once more when it is changed or taken out.',
        ),
      defaultLanguage: z.enum(['en', 'de']).default('en').describe('Where a person’s own language is not known or not supported.'),
      timeZone: z
        .string()
        .max(64)
        .refine(isTimeZone, 'Not a time zone of the IANA database, such as Europe/Berlin')
        .optional()
        .describe('Time zone (IANA name) of the times in mails and on pages, which name it. The server’s, when it is not given.'),
    })
    .describe('Who runs this installation.'),
  branding: brandingSchema.prefault({}).describe('How the pages look, and what stands below them.'),
  directories: z.array(directorySchema).min(1).max(50).describe('Where the accounts are. Each entry is one directory.'),
  recovery: recoverySchema.prefault({}).describe('What people may do without signing in, and what proves them for it.'),
  signIn: signInSchema.prefault({}).describe('Signing in to Keyturn itself, to see and change what is one’s own.'),
  enrolment: enrolmentSchema.prefault({}).describe('How people come to what proves them, and who is asked to.'),
  people: peopleSchema.prefault({}).describe('Which accounts are one person’s.'),
  roles: rolesSchema,
  threat: threatSchema.prefault({}).describe('What is stricter while a raised threat is declared.'),
  helpdesk: helpdeskSchema.prefault({}).describe('How agents help people who call. Who they are the roles say.'),
  passwordRules: passwordRulesSchema
    .prefault({})
    .describe('Rules for new passwords beyond those of the directories. They only ever add to them.'),
  factors: z
    .strictObject({
      email: sentCodeSchema('by e-mail').prefault({}),
      sms: sentCodeSchema('by text message').prefault({}),
      totp: totpFactorSchema.prefault({}),
      password: z
        .strictObject({
          attempts: z.int().min(1).max(10).default(5).describe('Wrong passwords after which a sign-in ends and has to be begun anew.'),
        })
        .prefault({}),
      recoveryCode: z
        .strictObject({
          attempts: z.int().min(1).max(10).default(5).describe('Wrong entries of a recovery code after which the journey ends.'),
        })
        .prefault({}),
      passkey: z
        .strictObject({
          attempts: z.int().min(1).max(10).default(5).describe('Wrong answers of a passkey after which the journey ends.'),
          rpId: z
            .string()
            .regex(/^[a-z0-9-]+(\.[a-z0-9-]+)*$/, 'A domain in small letters, such as example.com')
            .max(253)
            .optional()
            .describe(
              'Domain for which passkeys are made (RP ID): the host of organisation.publicUrl, unless a parent domain of it is given here. Passkeys that were made for another one are worth nothing.',
            ),
        })
        .prefault({}),
      coolDownHours: z
        .int()
        .min(0)
        .max(720)
        .default(24)
        .describe('How long a proof that a person added by themselves waits before it counts for a recovery.'),
      linkedAccount: z
        .strictObject({
          attempts: z
            .int()
            .min(1)
            .max(10)
            .default(5)
            .describe('Wrong passwords of another account of the person after which the journey ends.'),
        })
        .prefault({}),
      manager: managerFactorSchema.prefault({}).describe('A manager who says that it is really the person.'),
      questions: questionsFactorSchema
        .prefault({})
        .describe('Security questions: restricted, off unless there is a pool, and worth something only beside other proofs.'),
      temporaryPass: z
        .strictObject({
          attempts: z.int().min(1).max(10).default(5).describe('Wrong entries of a temporary pass after which the journey ends.'),
          longestHours: z.int().min(1).max(168).default(24).describe('The longest time for which one can be issued.'),
        })
        .prefault({}),
    })
    .prefault({})
    .describe('Each kind of proof: how long a code is, how long it is good for, how many wrong entries it takes.'),
  guard: guardSchema.prefault({}).describe('Limits against guessing and flooding.'),
  mail: mailSchema,
  notices: noticesSchema.prefault({}).describe('Mails and text messages in words of your own.'),
  sms: smsSchema.optional(),
  administration: administrationSchema.prefault({}).describe('How this document itself is changed.'),
});

/** The whole configuration with every default filled in. */
export type Configuration = z.infer<typeof configurationSchema> & {
  /** The kinds of proof that count for nothing while a threat is raised (`threat/tighten.ts`); absent while none is. Never written down. */
  readonly withoutKinds?: readonly FactorKind[] | undefined;
};
/** The document as people write it. */
export type ConfigurationDocument = z.input<typeof configurationSchema>;
