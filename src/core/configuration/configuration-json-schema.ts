import { z } from 'zod';
import { configurationSchema } from './document.ts';

/** JSON Schema (draft 2020-12) of the configuration document as people write it, for editors and other tools. */
export function configurationJsonSchema(): Record<string, unknown> {
  return { title: 'Keyturn configuration', ...z.toJSONSchema(configurationSchema, { io: 'input' }) };
}
