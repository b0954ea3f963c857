import { z } from 'zod';
import { CHARACTER_SETS } from '../../../shared/password-rules/character-sets.ts';
import { KEYBOARD_LAYOUTS } from '../../../shared/password-rules/sequences.ts';

const whenNotKnown = z
  .enum(['refuse', 'allow'])
  .default('refuse')
  .describe(
    'What becomes of a new password when the source cannot be asked, or its file is missing or damaged: refuse it, or go on with an event in the audit log.',
  );

const breachedSchema = z
  .discriminatedUnion('source', [
    z.strictObject({
      source: z.literal('file').describe('A file on each node, made by `keyturn breached import`. Nothing of a password leaves the node.'),
      file: z
        .string()
        .min(2)
        .max(4096)
        .regex(/^\/[^\0]*$/, 'Expected an absolute path')
        .describe('Absolute path of the file, the same on every node.'),
      whenNotKnown,
    }),
    z.strictObject({
      source: z
        .literal('range-service')
        .describe('A service that is told the first five digits of a SHA-1 hash and answers with all that begin so (k-anonymity).'),
      url: z
        .url({ protocol: /^https?$/ })
        .default('https://api.pwnedpasswords.com')
        .describe('Address of the service; `/range/` and the digits are added. The format is that of Have I Been Pwned.'),
      timeoutMilliseconds: z.int().min(100).max(10_000).default(2000).describe('How long to wait for the whole answer.'),
      whenNotKnown,
    }),
  ])
  .describe('Refuses passwords that are known from a leak (NIST SP 800-63B-4 3.1.1.2). Off when absent.');

const characterSets = z.array(z.enum(CHARACTER_SETS)).min(1).max(CHARACTER_SETS.length);
const words = z
  .array(
    z
      .string()
      .min(1)
      .max(256)
      .regex(/^\P{Cc}*$/u, 'Expected no control characters'),
  )
  .max(10_000)
  .default([]);

const namesSchema = z
  .strictObject({
    parts: z
      .enum(['whole', 'tokens'])
      .default('tokens')
      .describe(
        'whole: user name, display name, first and last name as they are; tokens: also their parts between commas, periods, hyphens, underscores, spaces, number signs and tabs (MS-SAMR 3.1.1.7.2).',
      ),
    minimumLength: z.int().min(2).max(20).default(3).describe('Shorter names and parts are not looked for.'),
    disguised: z
      .boolean()
      .default(true)
      .describe('Finds them backwards too, with digits and signs for letters ("4rch3r"), and with or without accents.'),
  })
  .describe('Refuses passwords that hold a name of the account. Off when absent.');

const denyListSchema = z
  .strictObject({
    equals: words.describe('Refused as the whole password.'),
    startsWith: words.describe('Refused at the beginning.'),
    endsWith: words.describe('Refused at the end.'),
    contains: words.describe('Refused anywhere.'),
    patterns: z
      .array(z.string().min(1).max(256))
      .max(100)
      .default([])
      .describe(
        'Regular expressions in the syntax of RE2, found anywhere unless anchored by ^ and $; (?i) ignores case. They run in linear time, so without look-around and back-references.',
      ),
  })
  .describe('Words that no password may have. Words are compared without case and accents. The list stays on the server.');

const dictionarySchema = z
  .strictObject({
    files: z
      .array(
        z
          .string()
          .min(2)
          .max(4096)
          .regex(/^\/[^\0]*$/, 'Expected an absolute path'),
      )
      .min(1)
      .max(20)
      .describe('Absolute paths, the same on every node: text in UTF-8 with one word a line, at most 500,000 words together.'),
    match: z
      .enum(['whole', 'contains'])
      .default('whole')
      .describe(
        'whole: the password is a word, but for digits and signs before and behind it; contains: a word is anywhere in it, so passphrases of such words are refused too. NIST SP 800-63B-4 3.1.1.2 asks for the whole password to be compared.',
      ),
    minimumLength: z.int().min(3).max(20).default(4).describe('Shorter words are left out.'),
    tolerance: z
      .union([z.literal(0), z.literal(1)])
      .default(0)
      .describe('1: the whole password is refused too when one character more, less or other makes it a word (edit distance).'),
    whenNotKnown: whenNotKnown.describe('What becomes of a new password when a file cannot be read: refuse it, or go on.'),
  })
  .describe('Refuses words of a dictionary, also backwards and with digits and signs for letters. Off when absent.');
export type DictionarySettings = z.infer<typeof dictionarySchema>;

/** Rules for new passwords beyond those of the directories; for people of all directories. */
export const passwordRulesSchema = z.strictObject({
  minimumLength: z.int().min(1).max(256).optional().describe('In code points of the composed form (NFC).'),
  maximumLength: z
    .int()
    .min(1)
    .max(256)
    .optional()
    .describe('In code points of the composed form (NFC). NIST SP 800-63B-4 3.1.1.2 wants at least 64.'),
  characterSets: z
    .strictObject({
      required: z.int().min(1).max(CHARACTER_SETS.length).describe('How many of the sets must occur.'),
      of: characterSets
        .default(['upper', 'lower', 'other-letter', 'digit', 'special'])
        .describe('By Unicode; other-letter: letters without case; letter: any letter; special: punctuation, symbols, spaces.'),
    })
    .optional()
    .describe('Kinds of characters that a password is composed of.'),
  firstCharacter: characterSets.optional().describe('Sets that the first character may come from.'),
  lastCharacter: characterSets.optional().describe('Sets that the last character may come from.'),
  passphraseLength: z
    .int()
    .min(8)
    .max(256)
    .optional()
    .describe(
      'From so many code points on, characterSets, firstCharacter and lastCharacter do not count. The rules of the directory still do.',
    ),
  maximumRepeats: z.int().min(1).max(20).optional().describe('How often one character may stand in a row.'),
  minimumDifferentCharacters: z.int().min(2).max(64).optional().describe('How many different characters there must be.'),
  sequences: z
    .strictObject({
      maximum: z.int().min(2).max(20).default(3).describe('The longest that is taken.'),
      layouts: z
        .array(z.enum(KEYBOARD_LAYOUTS))
        .default([...KEYBOARD_LAYOUTS])
        .describe('Keyboards whose rows are sequences. The alphabet and the digits always are.'),
    })
    .optional()
    .describe('Refuses longer runs such as "abcd", "4321" or "qwer". Off when absent.'),
  names: namesSchema.optional(),
  denyList: denyListSchema.optional(),
  dictionary: dictionarySchema.optional(),
  breached: breachedSchema.optional(),
});
export type PasswordRulesSettings = z.infer<typeof passwordRulesSchema>;
