import { describe, expect, it } from 'vitest';
import { configurationJsonSchema } from './configuration-json-schema.ts';
import type { ConfigurationDocument } from './document.ts';

describe('configurationJsonSchema', () => {
  it('describes what people write: only the sections without defaults are required', () => {
    const schema = configurationJsonSchema();
    expect(schema.$schema).toBe('https://json-schema.org/draft/2020-12/schema');
    expect(schema.required).toEqual(['version', 'organisation', 'directories', 'mail'] satisfies (keyof ConfigurationDocument)[]);
  });
});
