/** What the page reads of the OpenAPI document (OAS 3.1). */
export interface OpenApiDocument {
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>;
  readonly components?: { readonly schemas?: Readonly<Record<string, Schema>> };
}

interface Operation {
  readonly summary?: string;
  readonly parameters?: readonly Parameter[];
  readonly requestBody?: { readonly content?: Readonly<Record<string, { readonly schema?: Schema }>> };
  readonly responses?: Readonly<Record<string, { readonly content?: Readonly<Record<string, { readonly schema?: Schema }>> }>>;
  readonly 'x-keyturn-token'?: string;
}

export interface Parameter {
  readonly name: string;
  readonly in: string;
  readonly required?: boolean;
  readonly schema?: Schema;
}

/** The part of JSON Schema (2020-12) that our schemas use. */
export interface Schema {
  /** A shape that the document has once: `#/components/schemas/NAME`. */
  readonly $ref?: string;
  readonly type?: string | readonly string[];
  readonly enum?: readonly unknown[];
  readonly const?: unknown;
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly required?: readonly string[];
  readonly items?: Schema;
  readonly prefixItems?: readonly Schema[];
  readonly anyOf?: readonly Schema[];
  readonly oneOf?: readonly Schema[];
  readonly additionalProperties?: boolean | Schema;
  readonly description?: string;
  readonly format?: string;
  readonly default?: unknown;
  readonly minLength?: number;
  readonly maxLength?: number;
  readonly minimum?: number;
  readonly maximum?: number;
}

/** One call, as it is shown. */
export interface Call {
  /** Method and path below `/api/v1`. */
  readonly id: string;
  readonly method: string;
  readonly path: string;
  /** The first part of the path. */
  readonly group: string;
  readonly summary: string;
  /** The scope that a token needs, `any`, or `never`. */
  readonly token: string;
  readonly parameters: readonly Parameter[];
  readonly body: Schema | null;
  readonly answers: readonly { readonly status: string; readonly schema: Schema | null }[];
}

/** The calls of a document, in its order, each with the answers that are not errors. */
export function callsOf(document: OpenApiDocument): Call[] {
  const { paths } = writtenOut(document, document.components?.schemas ?? {});
  return Object.entries(paths).flatMap(([address, methods]) =>
    Object.entries(methods).map(([method, told]): Call => {
      const path = address.replace(/^\/api\/v1/, '');
      return {
        ...{ id: `${method.toUpperCase()} ${path}`, method: method.toUpperCase(), path, group: path.split('/')[1] ?? '' },
        ...{ summary: told.summary ?? '', token: told['x-keyturn-token'] ?? 'never', parameters: told.parameters ?? [] },
        body: schemaIn(told.requestBody?.content),
        answers: Object.entries(told.responses ?? {})
          .filter(([status]) => status.startsWith('2'))
          .map(([status, { content }]) => ({ status, schema: schemaIn(content) })),
      };
    }),
  );
}

/** Those that have every word of a text in them, and that a token of this scope may call; an empty scope: all. */
export function chosenCalls(calls: readonly Call[], text: string, scope: string): Call[] {
  const words = text.toLowerCase().split(/\s+/);
  return calls.filter(
    ({ id, summary, token }) =>
      words.every((word) => `${id} ${summary}`.toLowerCase().includes(word)) && (scope === '' || token === scope || token === 'any'),
  );
}

function schemaIn(content: Readonly<Record<string, { readonly schema?: Schema }>> | undefined): Schema | null {
  const [schema] = Object.values(content ?? {}).map((each) => each.schema);
  return schema === undefined || schema.type === 'null' ? null : schema;
}

/** The same with each shape in the place of its name; not copied, and none of ours has itself as a part. */
function writtenOut<Part>(part: Part, named: Readonly<Record<string, Schema>>): Part {
  const shapes = new Map<string, unknown>();
  const walk = (each: unknown): unknown => {
    if (Array.isArray(each)) return each.map(walk);
    if (typeof each !== 'object' || each === null) return each;
    const name = '$ref' in each && typeof each.$ref === 'string' ? each.$ref.replace('#/components/schemas/', '') : undefined;
    if (name === undefined) return Object.fromEntries(Object.entries(each).map(([key, value]) => [key, walk(value)]));
    if (!shapes.has(name)) shapes.set(name, walk(named[name] ?? {}));
    return shapes.get(name);
  };
  return walk(part) as Part;
}
