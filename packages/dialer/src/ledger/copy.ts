import { DialerInputError, DialerLedgerError } from '../errors.ts'
import type { Ledger } from './ledger.ts'
import { insideOf } from './sql/ledger.ts'
import type { Db, Tx } from './sql/store/db.ts'

const page = 2_000
const notPlanning = `batch in (select id from batch where state <> 'planning')`

type Columns = Readonly<Record<string, 'text' | 'bigint'>>

const columns = (text: string, bigint: string): Columns => ({
  ...Object.fromEntries(text.split(' ').map((name) => [name, 'text'])),
  ...Object.fromEntries(bigint.split(' ').map((name) => [name, 'bigint'])),
})

/** Every table but the workers, who stay behind; those first that others refer to. */
const tables: readonly { name: string; where: string; columns: Columns }[] = [
  {
    name: 'batch',
    where: `state <> 'planning'`,
    columns: columns(
      'state hash name from_number agent rules why',
      'id suppression tries calls_per_day budget_calls budget_minutes created_at first_lead planned duplicate suppressed rejected spent_calls spent_seconds',
    ),
  },
  { name: 'calendar', where: notPlanning, columns: columns('key rules', 'batch') },
  {
    name: 'lead',
    where: notPlanning,
    columns: columns(
      'person data calendar state why',
      'id batch line consent_at expires_at due_at tries changed_at',
    ),
  },
  {
    name: 'attempt',
    where: 'true',
    columns: columns(
      'id person data state owner call_id outcome why evidence',
      'seq lead batch no sending_at placed_at ended_at seconds',
    ),
  },
  { name: 'skipped', where: notPlanning, columns: columns('verdict reason data', 'id batch line') },
  { name: 'suppressed', where: 'true', columns: columns('person source', 'at') },
  { name: 'alarm', where: 'true', columns: columns('kind attempt call_id', 'id at') },
]

/**
 * Copies a ledger in a file, whole, into an empty one (such as in Postgres), which goes on under the same id: every batch,
 * lead and attempt. From its first step on the source refuses everything that writes.
 *
 * If it fails or is killed on the way, run it again with the same two: the target holds all or nothing.
 *
 * @throws DialerLedgerError `NOT_EMPTY` the target holds something; `MOVED` the source was copied elsewhere
 * @throws DialerInputError `COPY_SOURCE` not a file; `SEAL_KEY` the two are not opened with the same key
 * @throws DialerBusyError somebody runs the source
 * @throws DialerAdoptionError the source may be behind reality
 */
export async function copyLedger(from: Ledger, to: Ledger): Promise<{ leads: number; attempts: number }> {
  const source = insideOf(from)
  const target = insideOf(to)
  if (!source?.takeLock || !target) {
    throw new DialerInputError(
      'COPY_SOURCE',
      'copyLedger copies a ledger in a file: no other can be closed to all its runners',
    )
  }
  if (source.context.seal.check !== target.context.seal.check) {
    throw new DialerInputError('SEAL_KEY', 'copyLedger: open both ledgers with the same key (sealNumbers)')
  }
  const db = source.context.db
  const name = target.context.db.name
  const self = await db.read(async (tx) => tx.self)
  const copied = await target.context.db.read((tx) => assertTarget(tx, self.id))

  // A copy that is begun again finds the source closed already; else it must be one that could run.
  if (self.moved_to !== name) await (await from.join()).leave()
  const lock = await source.takeLock()
  try {
    await db.write((tx) => tx.run('update ledger set moved_to = $1', name))
    if (!copied) await copyAll(db, target.context.db, self.id)
    target.context.identity.id = self.id
    return await target.context.db.read(async (tx) => ({
      leads: await count(tx, 'lead'),
      attempts: await count(tx, 'attempt'),
    }))
  } finally {
    lock.release()
  }
}

const count = async (tx: Tx, table: string): Promise<number> =>
  Number((await tx.all(`select count(*) as n from ${table}`))[0]?.['n'])

/** True if it is the copy already. */
async function assertTarget(tx: Tx, id: string): Promise<boolean> {
  if (tx.self.id === id) return true
  for (const { name } of tables) {
    if ((await tx.all(`select 1 as one from ${name} limit 1`)).length > 0) {
      throw new DialerLedgerError('NOT_EMPTY', 'copyLedger: the target is in use; copy into a new ledger')
    }
  }
  return false
}

function copyAll(from: Db, to: Db, id: string): Promise<void> {
  return to.write(
    async (tx) => {
      if (await assertTarget(tx, id)) return
      for (const { name, where, columns } of tables) {
        const names = Object.keys(columns).join(', ')
        for (let after = -1; ; ) {
          const last = after
          const rows = await from.read((source) =>
            source.all(
              `select rowid as copied_row, ${names} from ${name} where rowid > $1 and ${where} order by rowid limit ${page}`,
              last,
            ),
          )
          if (rows.length === 0) break
          after = Number(rows.at(-1)?.['copied_row'])
          await tx.run(
            `insert into ${name}(${names}) select ${names} from ${to.rows(1, columns)}`,
            JSON.stringify(rows),
          )
        }
      }
      const self = await from.read(async (source) => source.self)
      await tx.run('update ledger set id = $1, fence = $2', id, self.fence)
      await to.numbered(tx)
    },
    { lock: true },
  )
}
