import { z } from 'zod';

/** What the demo mode alone offers: captured messages and the sample people's authenticator codes. */

export const demoMessagesSchema = z.array(
  z.object({
    id: z.string(),
    at: z.iso.datetime(),
    channel: z.enum(['email', 'sms']),
    to: z.string(),
    subject: z.string(),
    text: z.string(),
  }),
);
export type DemoMessage = z.infer<typeof demoMessagesSchema>[number];

export const demoAuthenticatorSchema = z.object({ code: z.string(), expiresAt: z.iso.datetime() });

export const demoAccountsSchema = z.array(z.object({ account: z.string(), name: z.string(), authenticator: z.boolean() }));
