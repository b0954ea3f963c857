import { z } from 'zod';
import { TOKEN_PERMISSIONS } from '../permissions.ts';

/** What `/api/v1/admin/tokens` and `/api/v1/token` speak: tokens of programs. */
const time = z.iso.datetime();
const text = (longest: number) =>
  z
    .string()
    .min(1)
    .max(longest)
    .regex(/^\P{Cc}+$/u);
const name = text(60);
const may = z.array(z.enum(TOKEN_PERMISSIONS)).min(1).max(TOKEN_PERMISSIONS.length);
const names = (longest: number) => z.array(text(longest)).min(1).max(100);

/** Whom a token may see, as the scope of a role says it; empty: everybody. */
const over = z.strictObject({ directories: names(40).optional(), places: names(512).optional(), groups: names(512).optional() });

export const ownTokenSchema = z.object({
  name: z.string(),
  may: z.array(z.enum(TOKEN_PERMISSIONS)),
  /** null: it sees nobody. */
  over: over.nullable(),
  expiresAt: time,
});

const tokenSchema = ownTokenSchema.extend({
  id: z.string(),
  /** Who made it. */
  author: z.string(),
  createdAt: time,
  /** To the minute; null: never. */
  lastUsedAt: time.nullable(),
  ended: z.boolean(),
});
export type ShownToken = z.infer<typeof tokenSchema>;

export const tokensSchema = z.object({
  tokens: z.array(tokenSchema),
  /** For how many days a token may be good at most. */
  longestDays: z.number(),
});

export type ShownTokens = z.infer<typeof tokensSchema>;

export const makeTokenRequestSchema = z.strictObject({ name, may, over: over.optional(), days: z.int().min(1).max(1825) });
export type MakeTokenRequest = z.infer<typeof makeTokenRequestSchema>;

/** `text`: the token itself. It is told here and never again. */
export const madeTokenSchema = z.object({ text: z.string(), token: tokenSchema });

export type MadeToken = z.infer<typeof madeTokenSchema>;

export const tokenParamsSchema = z.object({ token: text(64) });
