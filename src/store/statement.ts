import type { Compilable, CompiledQuery, QueryResult } from 'kysely';
import type { TableContext } from './context.ts';
import type { Database, Engine } from './schema.ts';

/** Stands in a statement for a value that is told when it runs. */
class Place {
  readonly name: string;

  constructor(name: string) {
    this.name = name;
  }

  /** Whoever computes with it while the statement is made would write something else than they mean. */
  [Symbol.toPrimitive](): never {
    throw new TypeError(`the value "${this.name}" is not known when its statement is made: compute with it before`);
  }
}

/** Whatever is asked for is there. Named by a text: symbols are asked for by whoever looks at an object. */
const PLACES = new Proxy({}, { get: (_target, name) => (typeof name === 'string' ? new Place(name) : undefined) });

/**
 * A statement whose text is made once for each engine and not each time it runs: making it costs several times what SQLite needs to do what
 * it says. For those that a recovery runs; everything else is written where it is used.
 *
 * ```ts
 * const consume = statement<{ id: string; now: number }>()((db, { id, now }) =>
 *   db.updateTable('challenges').set({ consumed_at: now }).where('id', '=', id).where('consumed_at', 'is', null));
 * const { numAffectedRows } = await consume(context, { id: '…', now: 1 });
 * ```
 * @param build gets stand-ins for the values; they may stand wherever a value may, and nothing can be computed with them
 */
export function statement<Values extends object>() {
  return <Row>(build: (db: Database, values: Values, engine: Engine) => Compilable<Row>) => {
    const made = new Map<Engine, CompiledQuery<Row>>();
    return ({ db, engine }: Pick<TableContext, 'db' | 'engine'>, values: Values): Promise<QueryResult<Row>> => {
      let query = made.get(engine);
      if (query === undefined) {
        query = build(db, PLACES as Values, engine).compile();
        made.set(engine, query);
      }
      const parameters = query.parameters.map((each) => (each instanceof Place ? told(values, each.name) : each));
      return db.executeQuery({ ...query, parameters });
    };
  };
}

function told(values: object, name: string): unknown {
  const value = (values as Readonly<Record<string, unknown>>)[name];
  // The database would take it for NULL.
  if (value === undefined) throw new TypeError(`the statement was not told "${name}"`);
  return value;
}
