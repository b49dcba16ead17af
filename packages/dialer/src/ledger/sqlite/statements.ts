import type { DatabaseSync, StatementSync } from 'node:sqlite'
import type { Value } from '../sql/store/db.ts'
import type { Row } from '../sql/store/rows.ts'

/** Runs statements that are written for both stores. */
export interface SyncStatements {
  all(sql: string, ...values: Value[]): Row[]
  run(sql: string, ...values: Value[]): number
}

/** Prepares each text once and keeps the statement, so pass values as parameters. */
export function prepareStatements(database: DatabaseSync): SyncStatements {
  const statements = new Map<string, StatementSync>()
  const prepare = (sql: string): StatementSync => {
    let statement = statements.get(sql)
    if (!statement) {
      // SQLite numbers its parameters with ?1; $1 would be a name.
      statement = database.prepare(sql.replace(/\$(\d+)/g, '?$1'))
      statements.set(sql, statement)
    }
    return statement
  }
  return {
    all: (sql, ...values) => prepare(sql).all(...values),
    run: (sql, ...values) => Number(prepare(sql).run(...values).changes),
  }
}
