import { getCountries } from 'libphonenumber-js/max';
import { z } from 'zod';
import { secretReferenceSchema } from './mail-section.ts';

/**
 * Longest time for the calls of one text, by all gateways together: somebody waits, and it stays below half of the time for which a node
 * holds a text, so that no two nodes send it.
 */
export const MOST_SECONDS = 30;

const status = z.int().min(200).max(599);

/** What an answer says of itself: by its status, by a value in its JSON, by a text in it. All that is given must hold. */
const conditionSchema = z.strictObject({
  pointer: z
    .string()
    .regex(/^(\/([^/~]|~[01])*)+$/, 'Expected a JSON pointer (RFC 6901), such as /messages/0/status')
    .optional()
    .describe('JSON pointer (RFC 6901) to a value of the answer, together with equals.'),
  equals: z
    .array(z.union([z.string().max(200), z.number(), z.boolean()]))
    .min(1)
    .optional()
    .describe('What that value may be.'),
  contains: z.string().min(1).max(200).optional().describe('A text that the answer must hold somewhere.'),
});
export type AnswerCondition = z.infer<typeof conditionSchema>;

const headerSchema = z.strictObject({
  name: z
    .string()
    .max(100)
    .regex(/^[A-Za-z0-9!#$%&'*+.^_`|~-]+$/, 'Not a name of a header (RFC 9110 5.1)')
    .describe('Name of the header.'),
  value: z
    .string()
    .max(1000)
    .regex(/^[\x20-\x7e]*$/, 'Only printable ASCII')
    .default('')
    .describe('Its value, or what stands before the secret, such as `Bearer ` with its blank. `{{id}}` is replaced.'),
  secret: secretReferenceSchema.optional(),
});

const gatewaySchema = z.strictObject({
  name: z.string().min(1).max(40).describe('For operators: in the log and in `keyturn doctor`.'),
  url: z.url({ protocol: /^https?$/ }).describe('Where a text is handed over. https://; http:// only to this machine.'),
  method: z.enum(['POST', 'PUT']).default('POST').describe('GET is not possible: codes and numbers would stand in logs of addresses.'),
  headers: z.array(headerSchema).max(20).default([]).describe('Headers besides Content-Type, Content-Length and Host.'),
  user: z.string().max(255).optional().describe('Name to sign in with (HTTP Basic), together with password.'),
  password: secretReferenceSchema.optional(),
  key: secretReferenceSchema.optional(),
  json: z
    .json()
    .optional()
    .describe(
      'The body as JSON. In its texts `{{number}}` (+4915112345678), `{{digits}}` (without the plus), `{{text}}`, `{{id}}` (the same when a text is handed over again) and `{{key}}` are replaced.',
    ),
  form: z
    .record(z.string(), z.string())
    .optional()
    .describe('The body as fields of a form, instead of json, with the same replacements in the values.'),
  success: conditionSchema
    .extend({
      from: status.default(200).describe('Lowest status of an answer that can mean success.'),
      to: status.default(299).describe('Highest one.'),
    })
    .prefault({})
    .describe('Which answers mean that the gateway took the text. Everything else is a failure.'),
  refused: conditionSchema
    .optional()
    .describe('Which of the other answers mean that it will never take this text, such as an unknown number. Those are not tried again.'),
  caFile: z.string().optional().describe('PEM file of the authority that signed the server certificate, if it is not a public one.'),
  timeoutSeconds: z
    .int()
    .min(1)
    .max(MOST_SECONDS)
    .default(10)
    .describe('Longest time for the whole call; 30 for those of all gateways together.'),
});
export type SmsGateway = z.infer<typeof gatewaySchema>;

const COUNTRIES: ReadonlySet<string> = new Set(getCountries());
/** A country whose telephone numbers are known (ISO 3166-1 alpha-2). */
export const countrySchema = z
  .string()
  .refine((code) => COUNTRIES.has(code), 'Not a country with telephone numbers: expected two capital letters (ISO 3166-1), such as DE');

export const smsSchema = z
  .discriminatedUnion('kind', [
    z.strictObject({
      kind: z.literal('http').describe('Real text messages, by gateways over HTTP.'),
      countries: z
        .array(countrySchema)
        .min(1)
        .describe('Countries to whose numbers texts are sent (ISO 3166-1), and no others: texts to some cost a hundred times as much.'),
      gateways: z.array(gatewaySchema).min(1).max(5).describe('Tried in this order.'),
    }),
    z.strictObject({
      kind: z.literal('capture').describe('Texts are kept and shown on the demo page.'),
      countries: z.array(countrySchema).min(1).describe('As for http.'),
    }),
  ])
  .describe('How text messages leave; without this section none do. `capture` keeps them for the demo page, together with mail.');
export type SmsSettings = z.infer<typeof smsSchema>;
