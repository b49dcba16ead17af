import pg from 'pg'
import { DialerAdoptionError } from '../../errors.ts'
import { readSelf, type Statements, selfColumns, type Tx, type WriteOptions } from '../sql/store/db.ts'
import { number, optionalNumber, optionalText, type Row } from '../sql/store/rows.ts'
import { timelineSql } from './cluster.ts'
import { whileFull } from './retry.ts'

/** The oid of bigint: https://www.postgresql.org/docs/current/catalog-pg-type.html */
const int8 = 20

/** Reads bigint, such as counts and times, as a number; by default pg makes it text. The pool's own types stay as they are. */
const types: pg.CustomTypesConfig = {
  getTypeParser: (oid, format) => (oid === int8 ? Number : pg.types.getTypeParser(oid, format)),
}

export const quoteName = (name: string): string => `"${name.replaceAll('"', '""')}"`

export const enterSchema = (schema: string): string => `set local search_path to ${quoteName(schema)}`

export function createStatements(client: pg.PoolClient): Statements {
  return {
    all: async (text, ...values) => (await client.query<Row>({ text, values, types })).rows,
    run: async (text, ...values) => (await client.query({ text, values, types })).rowCount ?? 0,
  }
}

export const beginRead = (schema: string): string =>
  `begin isolation level repeatable read read only; ${enterSchema(schema)};
   select ${selfColumns}, now_ms() as now, 0 as lease_until, null as timeline from ledger`

/** Reads the timeline only under the lock, because every write that must not be forgotten takes the lock. */
export function beginWrite(schema: string, { lock = false, worker }: WriteOptions, timeline: string): string {
  const lease = worker ? `(select lease_until from worker where id = ${pg.escapeLiteral(worker)})` : '0'
  return [
    // The slots are counted in a later statement than the lock, so that the count is from after the wait for it.
    'begin isolation level read committed',
    enterSchema(schema),
    // If a crash of the server lost a claim, its people would be called again.
    'set local synchronous_commit = on',
    ...(lock ? ['select 1 from ledger for update'] : []),
    `select ${selfColumns}, now_ms() as now, ${lease} as lease_until,
      ${lock && timeline ? timelineSql : 'null'} as timeline from ledger`,
  ].join('; ')
}

/** Sends the statements of `begin` at once, and returns the row of the last one. */
async function begin(client: pg.PoolClient, text: string): Promise<Row> {
  // For several statements pg returns an array of results, which its types do not say.
  const results: unknown = await client.query({ text, types })
  const last: pg.QueryResult<Row> | undefined = Array.isArray(results) ? results.at(-1) : undefined
  return last?.rows[0] ?? {}
}

/** @throws DialerAdoptionError `ELSEWHERE` the database was failed over since the ledger was opened */
function readTx(row: Row, statements: Statements, timeline: string): Tx {
  if ((optionalText(row, 'timeline') ?? timeline) !== timeline) {
    throw new DialerAdoptionError(
      'ELSEWHERE',
      'The database was failed over and may have forgotten calls: open the ledger again and call ledger.adopt()',
    )
  }
  return {
    now: number(row, 'now'),
    self: readSelf(row),
    leaseUntil: optionalNumber(row, 'lease_until') ?? 0,
    ...statements,
  }
}

/** Runs one transaction on a connection of its own. A connection that breaks meanwhile leaves the pool. */
export async function transaction<T>(
  pool: pg.Pool,
  beginSql: string,
  timeline: string,
  work: (tx: Tx) => Promise<T>,
): Promise<T> {
  const client = await whileFull(() => pool.connect())
  let broken: Error | undefined
  const onError = (error: Error): void => {
    broken = error
  }
  client.on('error', onError)
  const statements = createStatements(client)
  try {
    const row = await begin(client, beginSql)
    const result = await work(readTx(row, statements, timeline))
    await statements.run('commit')
    return result
  } catch (error) {
    await statements.run('rollback').catch(onError)
    throw error
  } finally {
    client.off('error', onError)
    client.release(broken)
  }
}
