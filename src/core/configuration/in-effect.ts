import type { ConfigurationRow } from '../ports/store.ts';
import type { Json } from './diff-configuration.ts';
import { configurationSchema } from './document.ts';

/** A stored version with defaults; as written when this release cannot parse it any more, so that a repair can always be applied. */
export function inEffect(row: Pick<ConfigurationRow, 'document'>): Json {
  const document = JSON.parse(row.document) as Json;
  const parsed = configurationSchema.safeParse(document);
  return parsed.success ? (parsed.data as unknown as Json) : document;
}
