import pg from 'pg'
import { type Row, text } from '../sql/store/rows.ts'
import { whileFull } from './retry.ts'

/** Which cluster this is. */
export interface Cluster {
  /** The cluster's own id; copies of its files share it. Empty if it cannot be read. */
  readonly system: string
  /** Changes at each failover. Empty if it cannot be read. */
  readonly timeline: string
}

export const timelineSql = 'substr(pg_walfile_name(pg_current_wal_lsn()), 1, 8)'

/**
 * SQLSTATEs of servers that do not show it (https://www.postgresql.org/docs/current/errcodes-appendix.html): not to this user, no such
 * function, not during recovery, not on this kind of server.
 */
const hidden = new Set(['42501', '42883', '55000', '0A000'])

export async function readCluster(pool: pg.Pool): Promise<Cluster> {
  try {
    const sql = `select system_identifier::text as system, ${timelineSql} as timeline from pg_control_system()`
    const { rows } = await whileFull(() => pool.query<Row>(sql))
    const [row = {}] = rows
    return { system: text(row, 'system'), timeline: text(row, 'timeline') }
  } catch (error) {
    if (error instanceof pg.DatabaseError && hidden.has(error.code ?? '')) return { system: '', timeline: '' }
    throw error
  }
}
