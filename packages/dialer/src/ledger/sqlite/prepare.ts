import type { DatabaseSync } from 'node:sqlite'
import type { Dialect } from '../sql/migrations/dialect.ts'
import { migrate } from '../sql/migrations/migrate.ts'
import { migrations } from '../sql/migrations/migrations.ts'
import type { Statements } from '../sql/store/db.ts'
import { applicationId } from './database.ts'
import { whileBusy } from './retry.ts'
import { prepareStatements } from './statements.ts'

const dialect: Dialect = {
  id: 'integer primary key',
  int: 'integer',
  tableOptions: ' strict',
  before: [],
}

/**
 * Applies the missing migrations, then runs `then`, in one transaction.
 *
 * @param all tests pass older and newer lists
 */
export async function prepare(
  database: DatabaseSync,
  then: (statements: Statements) => Promise<void>,
  all: typeof migrations = migrations,
): Promise<void> {
  const { all: select, run } = prepareStatements(database)
  const statements: Statements = {
    all: async (sql, ...values) => select(sql, ...values),
    run: async (sql, ...values) => run(sql, ...values),
  }
  await whileBusy(() => database.exec('begin immediate'))
  try {
    await migrate(statements, dialect, all)
    await then(statements)
    database.exec(`pragma application_id = ${applicationId}`)
    database.exec('commit')
  } catch (error) {
    database.exec('rollback')
    throw error
  }
}
