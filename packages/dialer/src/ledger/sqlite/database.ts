import { statSync } from 'node:fs'
import { DatabaseSync } from 'node:sqlite'
import { DialerLedgerError } from '../../errors.ts'
import { errcodeOf, whileBusy } from './retry.ts'

/** Says in the file's header that it is a ledger ("diga"): https://sqlite.org/pragma.html#pragma_application_id */
export const applicationId = 0x64696761
/** SQLITE_NOTADB: https://sqlite.org/rescode.html#notadb */
const notADatabase = 26

/** @throws DialerLedgerError `NOT_A_LEDGER`, before anything in the file is changed */
export async function openDatabase(file: string): Promise<DatabaseSync> {
  const database = new DatabaseSync(file, { timeout: 0, enableForeignKeyConstraints: true })
  try {
    await whileBusy(() => assertLedger(database, file))
    await whileBusy(() => database.exec('pragma journal_mode = wal'))
    // full: a commit is on the disk when it returns. secure_delete: deleted content is overwritten.
    database.exec('pragma synchronous = full; pragma secure_delete = on')
    return database
  } catch (error) {
    database.close()
    throw error
  }
}

/** An empty file may become a ledger. */
function assertLedger(database: DatabaseSync, file: string): void {
  const readOne = (sql: string): unknown => Object.values(database.prepare(sql).get() ?? {})[0]
  try {
    if (readOne('pragma application_id') === applicationId) return
    if (readOne('select count(*) from sqlite_schema') === 0) return
  } catch (error) {
    if (errcodeOf(error) !== notADatabase) throw error
  }
  throw new DialerLedgerError('NOT_A_LEDGER', `${file} is not a ledger: name another file`)
}

/** The file's location; a copy of the file has another. */
export function locationOf(file: string): string {
  const { dev, ino, birthtimeMs } = statSync(file)
  return JSON.stringify({ dev, ino, born: Math.trunc(birthtimeMs) })
}
