import { z } from 'zod';

/** Adding what proves a person on their phone, let in from a computer where they are signed in. Times are RFC 3339 in UTC. */

export const phoneOfferedSchema = z.object({
  phone: z.string(),
  /** What the QR code holds: opened by the first phone alone, and worth nothing until its digits are typed. */
  address: z.string(),
  expiresAt: z.iso.datetime(),
});
export type PhoneOffered = z.infer<typeof phoneOfferedSchema>;

export const phoneProgressSchema = z.object({ progress: z.enum(['offered', 'opened', 'let-in', 'over']) });
export type PhoneProgressAnswer = z.infer<typeof phoneProgressSchema>;

export const letInRequestSchema = z.strictObject({ digits: z.string().min(1).max(16) });
export const openOnPhoneRequestSchema = z.strictObject({
  // No character that a database would refuse to look for: who is nobody yet sends it.
  link: z
    .string()
    .min(20)
    .max(128)
    .regex(/^\P{Cc}*$/u),
});
