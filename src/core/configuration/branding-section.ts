import { z } from 'zod';
import { COLOUR } from '../../../shared/branding/shades.ts';

/** Characters of an image as base64 with what stands before it: more than the largest that is taken, so that the check tells how large it is. */
const LONGEST_LOGO = 14_000_000;

const logoSchema = z.string().min(1).max(LONGEST_LOGO).meta({ format: 'image' });

const labelSchema = z.string().min(1).max(60);

/** How the pages look, and what stands below them. */
export const brandingSchema = z.strictObject({
  accent: z
    .string()
    .regex(COLOUR, 'A colour is a # and six hexadecimal digits, such as #2a54c4')
    .meta({ format: 'colour' })
    .optional()
    .describe('Colour of buttons and links, such as `#2a54c4`. Its shades for light and dark pages are computed so that they can be read.'),
  logo: logoSchema
    .optional()
    .describe(
      'Shown instead of the key before the name, at most 32 pixels high: PNG, JPEG or WebP as a data URI, 60 kB at most. An SVG is refused, as it can carry script.',
    ),
  logoDark: logoSchema.optional().describe('The logo on dark pages, where the other one cannot be seen there.'),
  links: z
    .array(
      z.strictObject({
        url: z.url({ protocol: /^https$/ }).describe('Where it leads. It opens beside the page.'),
        label: z
          .strictObject({ en: labelSchema.optional().describe('In English.'), de: labelSchema.optional().describe('In German.') })
          .refine((texts) => Object.values(texts).some((text) => text !== undefined), 'needs the text of at least one language')
          .describe('What it is called, in each language.'),
      }),
    )
    .max(4)
    .default([])
    .describe('Links below every page: imprint, privacy, terms of use.'),
});

export type Branding = z.infer<typeof brandingSchema>;
