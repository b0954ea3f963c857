import { z } from 'zod';

/** Every property name that a schema knows anywhere, for "did you mean". */
export function schemaNames(schema: z.ZodType): string[] {
  const names = new Set<string>();
  collect(z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any' }), names);
  return [...names];
}

function collect(node: unknown, names: Set<string>): void {
  if (typeof node !== 'object' || node === null) return;
  if ('properties' in node && typeof node.properties === 'object' && node.properties !== null) {
    for (const name of Object.keys(node.properties)) names.add(name);
  }
  for (const child of Object.values(node)) collect(child, names);
}
