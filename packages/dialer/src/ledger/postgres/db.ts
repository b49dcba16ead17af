import pg from 'pg'
import { DialerAdoptionError } from '../../errors.ts'
import type { Db, Row, Self, Tx, Value, WriteOptions } from '../sql/store/db.ts'

const int8 = 20

/** Counts and milliseconds fit a number; pg hands them out as strings, to whoever asks without this. */
const types: pg.CustomTypesConfig = {
  getTypeParser: ((oid: number, format?: 'text') =>
    oid === int8 ? Number : pg.types.getTypeParser(oid, format)) as pg.CustomTypesConfig['getTypeParser'],
}

const timelineSql = 'substr(pg_walfile_name(pg_current_wal_lsn()), 1, 8)'

/** Which cluster this is, and how often it was failed over; empty where the server does not tell. */
async function clusterOf(pool: pg.Pool): Promise<{ system: string; timeline: string }> {
  try {
    const { rows } = await pool.query(
      `select system_identifier::text as system, ${timelineSql} as timeline from pg_control_system()`,
    )
    return rows[0]
  } catch (error) {
    // 42501: not for this user. 55000, 0A000: not on this kind of server.
    if (
      error instanceof pg.DatabaseError &&
      ['42501', '42883', '55000', '0A000'].includes(error.code ?? '')
    ) {
      return { system: '', timeline: '' }
    }
    throw error
  }
}

export const quoted = (name: string): string => `"${name.replaceAll('"', '""')}"`

export async function postgresDb(pool: pg.Pool, schema: string, end: () => Promise<void>): Promise<Db> {
  const { system, timeline } = await clusterOf(pool)
  const { rows } = await pool.query('select current_database() as database')
  const enter = `set local search_path to ${quoted(schema)}`

  const opening = ({ lock, worker }: WriteOptions): string =>
    [
      // The slots are counted in a later statement than the lock: one statement would count as of before it waited.
      'begin isolation level read committed',
      enter,
      // A claim that a crash of the server forgets would be phoned again.
      'set local synchronous_commit = on',
      ...(lock ? ['select 1 from ledger for update'] : []),
      `select id, place, fence, halted, moved_to, seal, now_ms() as now,
        ${worker ? `(select lease_until from worker where id = ${pg.escapeLiteral(worker)})` : '0'} as lease_until,
        ${lock && timeline ? timelineSql : 'null'} as timeline from ledger`,
    ].join('; ')

  async function transaction<T>(begin: string, work: (tx: Tx) => Promise<T>): Promise<T> {
    const client = await pool.connect()
    let broken: Error | undefined
    const onError = (error: Error): void => {
      broken = error
    }
    client.on('error', onError)
    const query = async (text: string, values?: Value[]): Promise<pg.QueryResult> =>
      client.query({ text, types, ...(values && { values }) })
    try {
      const answers = (await query(begin)) as unknown as pg.QueryResult[]
      const self = answers.at(-1)?.rows[0] as Self & {
        now: number
        lease_until: number | null
        timeline: string | null
      }
      if (self.timeline !== null && self.timeline !== timeline) {
        throw new DialerAdoptionError(
          'ELSEWHERE',
          'The database was failed over and may have forgotten calls: open the ledger again and adopt it',
        )
      }
      const result = await work({
        now: self.now,
        self,
        leaseUntil: self.lease_until ?? 0,
        all: async (sql, ...values) => (await query(sql, values)).rows as Row[],
        run: async (sql, ...values) => (await query(sql, values)).rowCount ?? 0,
      })
      await query('commit')
      return result
    } catch (error) {
      await query('rollback').catch((failure: Error) => {
        broken = failure
      })
      throw error
    } finally {
      client.off('error', onError)
      client.release(broken)
    }
  }

  return {
    name: `Postgres database ${rows[0].database}, schema ${schema}${system && `, cluster ${system}`}`,
    write: (work, options = {}) => transaction(opening(options), work),
    read: (work) =>
      transaction(
        `begin isolation level repeatable read read only; ${enter};
         select id, place, fence, halted, moved_to, seal, now_ms() as now, 0 as lease_until, null as timeline from ledger`,
        work,
      ),
    rows: (n, columns) =>
      `json_to_recordset($${n}::json) as r(${Object.entries(columns)
        .map(([name, type]) => `${name} ${type}`)
        .join(', ')})`,
    forUpdate: 'for update',
    place: async () => JSON.stringify(await clusterOf(pool)),
    notify: async (tx) => {
      await tx.all('select pg_notify($1, $2)', `digame_${schema}`, '')
    },
    numbered: async (tx) => {
      for (const [table, column] of [
        ['batch', 'id'],
        ['lead', 'id'],
        ['attempt', 'seq'],
        ['skipped', 'id'],
        ['alarm', 'id'],
      ]) {
        await tx.all(
          `select setval(pg_get_serial_sequence('${table}', '${column}'), (select coalesce(max(${column}), 0) + 1 from ${table}), false)`,
        )
      }
    },
    scrub: async () => undefined,
    close: end,
  }
}
