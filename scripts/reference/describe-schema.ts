import { z } from 'zod';

/** The part of JSON Schema that zod writes and this reads. */
interface Node {
  type?: string;
  const?: unknown;
  enum?: unknown[];
  default?: unknown;
  description?: string;
  properties?: Record<string, Node>;
  required?: string[];
  items?: Node;
  oneOf?: Node[];
  anyOf?: Node[];
  minimum?: number;
  maximum?: number;
  minLength?: number;
  maxLength?: number;
  minItems?: number;
  maxItems?: number;
  pattern?: string;
}

interface Row {
  path: string;
  type: string;
  value: string;
  description: string;
}

/** A section of a reference: a heading and its settings. */
export interface Section {
  title: string;
  description: string;
  rows: Row[];
}

/** Settings of a schema by top-level section, in the order of the schema. Kinds of a section become sections of their own. */
export function describeSchema(schema: z.ZodType): Section[] {
  const root = z.toJSONSchema(schema, { io: 'input' }) as Node;
  const single: Section = { title: 'Top level', description: '', rows: [] };
  const sections: Section[] = [];
  for (const [name, node] of Object.entries(root.properties ?? {})) {
    const required = root.required?.includes(name) === true;
    const kinds = node.oneOf ?? node.items?.oneOf;
    const base = node.type === 'array' ? `${name}[]` : name;
    if (kinds !== undefined) sections.push(...kinds.map((kind) => kindSection(base, kind, node.description ?? '')));
    else if (node.properties !== undefined) sections.push({ title: name, description: node.description ?? '', rows: rowsOf(node, name) });
    else if (node.items?.properties !== undefined)
      sections.push({ title: base, description: node.description ?? '', rows: rowsOf(node.items, base) });
    else single.rows.push(rowOf(name, node, required));
  }
  return single.rows.length > 0 ? [single, ...sections] : sections;
}

function kindSection(base: string, kind: Node, description: string): Section {
  return { title: `${base}, kind ${String(kind.properties?.kind?.const)}`, description, rows: rowsOf(kind, base) };
}

function rowsOf(node: Node, path: string): Row[] {
  return Object.entries(node.properties ?? {}).flatMap(([name, child]) => {
    const at = `${path}.${name}`;
    const required = node.required?.includes(name) === true;
    if (child.properties !== undefined && (required || child.default !== undefined))
      return withContext(rowsOf(child, at), child.description);
    if (child.properties !== undefined) return [rowOf(at, child, required), ...rowsOf(child, at).map(neededWithIt)];
    if (child.items?.properties !== undefined) return [rowOf(at, child, required), ...rowsOf(child.items, `${at}[]`)];
    return [rowOf(at, child, required), ...branchRows(child, at)];
  });
}

/** The settings of a group that may look in one of several ways: what only one of them has is told with the setting that says which. */
function branchRows(node: Node, at: string): Row[] {
  const groups = (node.anyOf ?? node.oneOf ?? []).filter(({ properties }) => properties !== undefined);
  const rows = groups.flatMap((group) => rowsOf(group, at).map((row) => ({ row, kind: kindOf(group, at) })));
  const paths = [...new Set(rows.map(({ row }) => row.path))];
  return paths.flatMap((path) => {
    const same = rows.filter(({ row }) => row.path === path);
    const [first] = same;
    if (first === undefined) return [];
    const all = (told: (row: Row) => string, between: string) => [...new Set(same.map(({ row }) => told(row)))].join(between);
    const row = neededWithIt({
      ...first.row,
      type: all(({ type }) => type, ', '),
      description: all(({ description }) => description, ' '),
    });
    return [same.length === groups.length || first.kind === '' ? row : { ...row, description: `With ${first.kind}. ${row.description}` }];
  });
}

function kindOf({ properties = {} }: Node, at: string): string {
  const [told] = Object.entries(properties).filter(([, { const: value }]) => value !== undefined);
  return told === undefined ? '' : `\`${at.replace(/^.*\./, '')}.${told[0]}: ${String(told[1].const)}\``;
}

/** A setting of a group that may be left out as a whole. */
function neededWithIt(row: Row): Row {
  return row.value === 'required' ? { ...row, value: 'required with it' } : row;
}

/** What a group says about itself belongs to its first setting. */
function withContext(rows: Row[], context: string | undefined): Row[] {
  const [first, ...rest] = rows;
  if (first === undefined || context === undefined) return rows;
  return [{ ...first, description: [context, first.description].filter((text) => text !== '').join(' ') }, ...rest];
}

function rowOf(path: string, node: Node, required: boolean): Row {
  const value = required ? 'required' : node.default === undefined ? '' : `\`${JSON.stringify(node.default)}\``;
  return { path, type: typeOf(node), value, description: node.description ?? '' };
}

function typeOf(node: Node): string {
  if (node.const !== undefined) return `\`${String(node.const)}\``;
  if (node.enum !== undefined) return node.enum.map((value) => `\`${String(value)}\``).join(', ');
  const branches = node.anyOf ?? node.oneOf;
  if (branches !== undefined) return [...new Set(branches.map(typeOf))].join(' or ');
  if (node.properties !== undefined) return 'group';
  if (node.type === 'array' && node.items?.properties !== undefined) return `list${range(node.minItems, node.maxItems, ' entries')}`;
  if (node.type === 'array')
    return `list of ${node.items === undefined ? 'values' : typeOf(node.items)}${range(node.minItems, node.maxItems, ' entries')}`;
  if (node.type === 'integer') return `whole number${range(node.minimum, node.maximum)}`;
  if (node.type === 'number') return `number${range(node.minimum, node.maximum)}`;
  if (node.type === 'boolean') return '`true` or `false`';
  if (node.type === 'string') return `text${range(undefined, node.maxLength, ' characters')}`;
  return node.type ?? 'value';
}

function range(minimum: number | undefined, maximum: number | undefined, unit = ''): string {
  // zod writes the largest safe number where there is no limit.
  const top = maximum === undefined || maximum >= Number.MAX_SAFE_INTEGER ? undefined : maximum;
  if (minimum !== undefined && minimum === top) return `, ${top}${unit}`;
  if (minimum !== undefined && top !== undefined) return `, ${minimum} to ${top}${unit}`;
  if (top !== undefined) return `, at most ${top}${unit}`;
  return minimum !== undefined && minimum > 0 ? `, at least ${minimum}${minimum === 1 ? unit.replace('entries', 'entry') : unit}` : '';
}

/** A section as Markdown. */
export function sectionText({ title, description, rows }: Section): string {
  const lines = [`## ${title}`, ''];
  if (description !== '') lines.push(description, '');
  lines.push('| setting | value | default | |', '|---|---|---|---|');
  for (const row of rows) lines.push(`| \`${row.path}\` | ${cell(row.type)} | ${cell(row.value)} | ${cell(row.description)} |`);
  return lines.join('\n');
}

export function cell(text: string): string {
  return text.replaceAll('|', '\\|').replaceAll('\n', ' ').replaceAll('<', '&lt;');
}
