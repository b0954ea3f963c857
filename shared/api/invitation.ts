import { z } from 'zod';

export const showInvitationRequestSchema = z.strictObject({ token: z.string().min(20).max(128) });
/** How long what is added in this session waits before it counts. */
export const invitationShownSchema = z.object({ coolDownHours: z.int() });
export type InvitationShown = z.infer<typeof invitationShownSchema>;
