import type pg from 'pg'
import type { Columns, Db, Tx } from '../sql/store/db.ts'
import { type Row, text } from '../sql/store/rows.ts'
import { readCluster } from './cluster.ts'
import { whileFull } from './retry.ts'
import { beginRead, beginWrite, transaction } from './transaction.ts'

/** The columns whose values the database assigns. */
const assignedIds = [
  ['batch', 'id'],
  ['lead', 'id'],
  ['attempt', 'seq'],
  ['skipped', 'id'],
  ['alarm', 'id'],
] as const

async function resetIds(tx: Tx): Promise<void> {
  for (const [table, column] of assignedIds) {
    await tx.all(
      `select setval(pg_get_serial_sequence('${table}', '${column}'), (select coalesce(max(${column}), 0) + 1 from ${table}), false)`,
    )
  }
}

const jsonTable = (n: number, columns: Columns): string => {
  const definitions = Object.entries(columns).map(([name, type]) => `${name} ${type}`)
  return `json_to_recordset($${n}::json) as r(${definitions.join(', ')})`
}

/** The channel of NOTIFY that wakes a ledger's other processes. */
export const channelOf = (schema: string): string => `digame_${schema}`

export async function createPostgresDb(
  pool: pg.Pool,
  schema: string,
  close: () => Promise<void>,
): Promise<Db> {
  const { system, timeline } = await readCluster(pool)
  const { rows } = await whileFull(() => pool.query<Row>('select current_database() as database'))
  const database = text(rows[0] ?? {}, 'database')
  return {
    name: `Postgres database ${database}, schema ${schema}${system && `, cluster ${system}`}`,
    write: (work, options = {}) => transaction(pool, beginWrite(schema, options, timeline), timeline, work),
    read: (work) => transaction(pool, beginRead(schema), timeline, work),
    jsonTable,
    rowLock: (clause) => clause,
    location: async () => JSON.stringify(await readCluster(pool)),
    notify: async (tx) => {
      await tx.all('select pg_notify($1, $2)', channelOf(schema), '')
    },
    resetIds,
    scrub: async () => undefined,
    close,
  }
}
