import { randomUUID } from 'node:crypto'
import { isRecord } from '@digame/internal'
import pg from 'pg'
import { DialerInputError } from '../../errors.ts'
import type { Ledger, LedgerTimes } from '../ledger.ts'
import { createSeal } from '../seal.ts'
import { createLedger } from '../sql/create-ledger.ts'
import { identify } from '../sql/migrations/migrate.ts'
import { defaultTimes } from '../sql/store/context.ts'
import { channelOf, createPostgresDb } from './db.ts'
import { createListener } from './listen.ts'
import { prepare } from './prepare.ts'
import { connectionsPerProcess } from './retry.ts'

export interface PostgresLedgerOptions {
  /** The schema that holds the ledger; it is created if it is missing. @default 'digame' */
  readonly schema?: string | undefined
  /**
   * Seals numbers, row keys and variables at rest; at least 32 bytes. If you lose it, the ledger cannot be read again.
   *
   * @default none: they are stored as they are
   */
  readonly sealNumbers?: string | Uint8Array | undefined
  /** Every process that opens the ledger must pass the same. @default those of {@link LedgerTimes} */
  readonly times?: Partial<LedgerTimes> | undefined
}

/** An environment variable that is not set arrives here as undefined. */
function assertDatabase(database: unknown): void {
  if (typeof database === 'string' || (isRecord(database) && typeof database['connect'] === 'function'))
    return
  throw new DialerInputError(
    'LEDGER_DATABASE',
    `A ledger in Postgres needs a connection string, such as postgres://user@host/database, or a pool of pg, not ${typeof database}`,
  )
}

/**
 * Opens a ledger in a schema of a Postgres database, and creates it if there is none. Any number of processes may run it.
 *
 * @param database a connection string, for at most three connections, or a pool that you close yourself. A pool needs at least
 * three connections: one of them listens for changes once a dialer runs
 * @throws DialerLedgerError `NEWER`, `SEAL_KEY`
 * @throws DialerInputError `LEDGER_DATABASE` neither a connection string nor a pool; `SEAL_KEY` the key is too short
 * @throws Error the database has had no connection left for ten seconds
 */
export async function openPostgresLedger(
  database: string | pg.Pool,
  options: PostgresLedgerOptions = {},
): Promise<Ledger> {
  const { schema = 'digame', sealNumbers, times } = options
  assertDatabase(database)
  const seal = createSeal(sealNumbers)
  const isOwn = typeof database === 'string'
  const pool = isOwn ? new pg.Pool({ connectionString: database, max: connectionsPerProcess }) : database
  // A pool replaces idle connections that break. Without a listener, their error would end the process.
  if (isOwn) pool.on('error', () => undefined)

  const listeners = new Set<() => void>()
  const notifyListeners = (): void => {
    for (const listener of listeners) listener()
  }
  const listener = createListener(pool, channelOf(schema), notifyListeners)
  try {
    const db = await createPostgresDb(pool, schema, async () => {
      listener.stop()
      if (isOwn) await pool.end()
    })
    const location = await db.location()
    await prepare(pool, schema, (statements) => identify(statements, randomUUID(), location, seal))
    return await createLedger({
      context: { db, seal, times: { ...defaultTimes, ...times }, identity: { id: '' }, notifyListeners },
      listeners,
      listen: listener.start,
    })
  } catch (error) {
    if (isOwn) await pool.end()
    throw error
  }
}
