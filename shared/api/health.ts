import { z } from 'zod';

/** What `/api/v1/admin/health` speaks: what `keyturn doctor` finds, in its words. */
export const healthSchema = z.object({
  /** When it was looked at: at most half a minute ago. */
  at: z.iso.datetime(),
  findings: z.array(
    z.object({
      level: z.enum(['ok', 'note', 'warn', 'fail']),
      area: z.string(),
      text: z.string(),
      /** What to do about it; null: nothing. */
      fix: z.string().nullable(),
      /** What to paste for it. */
      lines: z.array(z.string()),
    }),
  ),
});
export type Health = z.infer<typeof healthSchema>;
