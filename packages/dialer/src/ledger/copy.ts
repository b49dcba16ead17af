import { DialerInputError, DialerLedgerError } from '../errors.ts'
import type { Ledger } from './ledger.ts'
import { findStore } from './sql/create-ledger.ts'
import { type Columns, count, type Db, exists, type Tx } from './sql/store/db.ts'
import { number, text } from './sql/store/rows.ts'

const rowsPerPage = 2_000
const isPlanned = `batch in (select id from batch where state <> 'planning')`

/** Every table but the workers, which stay behind, in an order that keeps references valid; and which of its rows are copied. */
const tables: readonly { readonly name: string; readonly where: string }[] = [
  { name: 'batch', where: `state <> 'planning'` },
  { name: 'calendar', where: isPlanned },
  { name: 'lead', where: isPlanned },
  { name: 'attempt', where: 'true' },
  { name: 'skipped', where: isPlanned },
  { name: 'suppressed', where: 'true' },
  { name: 'alarm', where: 'true' },
]

/**
 * Copies a ledger in a file into an empty ledger, such as one in Postgres, which goes on under the same id with every batch, lead
 * and attempt. From its first step on the source refuses everything that writes.
 *
 * If it fails or is killed on the way, run it again with the same two ledgers: the target holds all or nothing.
 *
 * @throws DialerLedgerError `NOT_EMPTY` the target holds something; `MOVED` the source was copied to another ledger
 * @throws DialerInputError `COPY_SOURCE` the source is not in a file; `SEAL_KEY` the two are opened with different keys
 * @throws DialerBusyError another process runs the source
 * @throws DialerAdoptionError the source may be behind reality
 */
export async function copyLedger(from: Ledger, to: Ledger): Promise<{ leads: number; attempts: number }> {
  const source = findStore(from)
  const target = findStore(to)
  if (!source?.takeLock || !target) {
    throw new DialerInputError(
      'COPY_SOURCE',
      'copyLedger copies a ledger in a file: only a file can be closed to all other runners',
    )
  }
  if (source.context.seal.check !== target.context.seal.check) {
    throw new DialerInputError('SEAL_KEY', 'copyLedger: open both ledgers with the same key (sealNumbers)')
  }
  const fromDb = source.context.db
  const toDb = target.context.db
  const self = await fromDb.read(async (tx) => tx.self)
  const isCopied = await toDb.read((tx) => isCopyOf(tx, self.id))

  // Started again, a copy finds the source closed already. Otherwise the source must be one that may run.
  if (self.movedTo !== toDb.name) await (await from.join()).leave()
  const lock = await source.takeLock()
  try {
    await fromDb.write((tx) => tx.run('update ledger set moved_to = $1', toDb.name))
    if (!isCopied) await copyAll(fromDb, toDb, self.id)
    target.context.identity.id = self.id
    return await toDb.read(async (tx) => ({
      leads: await count(tx, 'select count(*) as n from lead'),
      attempts: await count(tx, 'select count(*) as n from attempt'),
    }))
  } finally {
    lock.release()
  }
}

/**
 * Whether the target is the finished copy already.
 *
 * @throws DialerLedgerError `NOT_EMPTY` it is something else
 */
async function isCopyOf(target: Tx, id: string): Promise<boolean> {
  if (target.self.id === id) return true
  for (const { name } of tables) {
    if (await exists(target, `select 1 as one from ${name} limit 1`)) {
      throw new DialerLedgerError('NOT_EMPTY', 'copyLedger: the target is in use; copy into a new ledger')
    }
  }
  return false
}

/** The source is a SQLite file, so its own catalogue names its columns; both ledgers are of one version once they are open. */
async function readColumns(source: Tx, table: string): Promise<Columns> {
  const rows = await source.all('select name, type from pragma_table_info($1) order by cid', table)
  return Object.fromEntries(
    rows.map((row) => [text(row, 'name'), text(row, 'type').toLowerCase() === 'text' ? 'text' : 'bigint']),
  )
}

/** In one transaction of the target. */
const copyAll = (from: Db, to: Db, id: string): Promise<void> =>
  to.write(
    async (target) => {
      if (await isCopyOf(target, id)) return
      for (const { name, where } of tables) await copyTable(from, to, target, name, where)
      const self = await from.read(async (source) => source.self)
      await target.run('update ledger set id = $1, fence = $2', id, self.fence)
      await to.resetIds(target)
    },
    { lock: true },
  )

async function copyTable(from: Db, to: Db, target: Tx, table: string, where: string): Promise<void> {
  const columns = await from.read((source) => readColumns(source, table))
  const names = Object.keys(columns).join(', ')
  let lastRow = -1
  for (;;) {
    const after = lastRow
    const rows = await from.read((source) =>
      source.all(
        `select rowid as copied_row, ${names} from ${table} where rowid > $1 and ${where} order by rowid limit ${rowsPerPage}`,
        after,
      ),
    )
    const last = rows.at(-1)
    if (!last) return
    lastRow = number(last, 'copied_row')
    await target.run(
      `insert into ${table}(${names}) select ${names} from ${to.jsonTable(1, columns)}`,
      JSON.stringify(rows),
    )
  }
}
