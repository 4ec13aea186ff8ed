import type { Compilable, CompiledQuery, Kysely } from 'kysely';
import type { Tables } from './tables.ts';

/** Stands for a value while a query is compiled. */
class Placeholder {
  readonly name: string;
  constructor(name: string) {
    this.name = name;
  }
}

/**
 * A query that is built and compiled once, for the statements that every request or every event runs: building a query costs
 * several times what SQLite needs to run it.
 *
 * @param build makes the query from the database and the values of one run. It is called with stand-ins, once for each SQL
 *   dialect, so it must put every value into the query and look at none.
 * @returns runs the query and gives its rows.
 */
export function prepared<Values extends object, Row>(
  build: (db: Kysely<Tables>, values: Values) => Compilable<Row>,
): (db: Kysely<Tables>, values: Values) => Promise<Row[]> {
  const compiled = new Map<unknown, CompiledQuery<Row>>();
  const standIns = new Proxy({} as Values, { get: (_, name) => new Placeholder(String(name)) });
  return async (db, values) => {
    const dialect = db.getExecutor().adapter.constructor;
    const query = compiled.get(dialect) ?? build(db, standIns).compile();
    compiled.set(dialect, query);
    const parameters = query.parameters.map((parameter) =>
      parameter instanceof Placeholder ? values[parameter.name as keyof Values] : parameter,
    );
    const { rows } = await db.executeQuery<Row>({ ...query, parameters });
    return rows;
  };
}
