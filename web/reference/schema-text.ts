import type { Schema } from './open-api.ts';

/**
 * A JSON Schema as a type that people can read, close to TypeScript: `name?: text (1 to 64)`. Every kind that our schemas use; what is
 * none of them is `anything`.
 */
export function schemaText(schema: Schema, indent = ''): string {
  const variants = schema.anyOf ?? schema.oneOf;
  if (variants !== undefined) return unique(variants.map((each) => schemaText(each, indent))).join(' | ');
  if (schema.const !== undefined) return JSON.stringify(schema.const);
  if (schema.enum !== undefined) return schema.enum.map((each) => JSON.stringify(each)).join(' | ');
  const types = schema.type === undefined ? [] : [schema.type].flat();
  if (types.length === 0) return schema.properties === undefined ? 'anything' : objectText(schema, indent);
  return unique(types.map((type) => typeText(type, schema, indent))).join(' | ');
}

function typeText(type: string, schema: Schema, indent: string): string {
  switch (type) {
    case 'object':
      return objectText(schema, indent);
    case 'array':
      return `[ ${(schema.prefixItems ?? [schema.items ?? {}]).map((each) => schemaText(each, indent)).join(', ')}${schema.prefixItems === undefined ? ', …' : ''} ]`;
    case 'string':
      return `${schema.format === undefined ? 'text' : schema.format}${rangeText(schema.minLength, schema.maxLength)}`;
    case 'integer':
    case 'number':
      return `${type === 'integer' ? 'whole number' : 'number'}${rangeText(schema.minimum, schema.maximum)}`;
    case 'boolean':
      return 'true | false';
    default:
      return type;
  }
}

function objectText({ properties = {}, required = [], additionalProperties }: Schema, indent: string): string {
  const inner = `${indent}  `;
  const lines = Object.entries(properties).map(([name, schema]) => {
    const usual = schema.default === undefined ? '' : ` = ${JSON.stringify(schema.default)}`;
    return `${inner}${name}${required.includes(name) ? '' : '?'}: ${schemaText(schema, inner)}${usual}`;
  });
  if (typeof additionalProperties === 'object' && Object.keys(additionalProperties).length > 0)
    lines.push(`${inner}[name]: ${schemaText(additionalProperties, inner)}`);
  return lines.length === 0 ? '{}' : `{\n${lines.join('\n')}\n${indent}}`;
}

/** Bounds that every number of JavaScript has are none. */
function rangeText(least: number | undefined, most: number | undefined): string {
  const [from, to] = [bound(least), bound(most)];
  if (from === undefined && to === undefined) return '';
  if (to === undefined) return ` (from ${from})`;
  if (from === undefined) return ` (up to ${to})`;
  return from === to ? ` (${to})` : ` (${from} to ${to})`;
}

function bound(value: number | undefined): number | undefined {
  return value === undefined || Math.abs(value) >= Number.MAX_SAFE_INTEGER ? undefined : value;
}

function unique(texts: readonly string[]): string[] {
  return [...new Set(texts)];
}
