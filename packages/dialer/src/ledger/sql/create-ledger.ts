/*
A ledger over a store of SQL.

  plan/        a row becomes a lead, a plan becomes a batch
  run/         what a runner does: join, claim, take over, decide
  reports.ts   leads, skipped rows, held attempts and alarms, for people
  batches/     pause, resume, cancel, status
  attempts/    the steps of one attempt: facts, imports
  people/      suppression and purge
  migrations/  the schema, from top to bottom
  store/       what all of them use: the interface to SQLite and Postgres, rows, predicates
*/
import type { Ledger } from '../ledger.ts'
import { createFacts } from './attempts/facts.ts'
import { createImports } from './attempts/imports.ts'
import { createBatches } from './batches/control.ts'
import { purge } from './people/purge.ts'
import { createSuppression } from './people/suppress.ts'
import { beginPlan } from './plan/begin-plan.ts'
import { createReports } from './reports.ts'
import { adopt, findRefusal, halt } from './run/adopt.ts'
import { join } from './run/join.ts'
import type { TakeLock } from './run/lock.ts'
import type { Context } from './store/context.ts'

/** What a store adds to the statements. */
export interface StoreParts {
  readonly context: Context
  /** Excludes other runners. Absent where several may run. */
  readonly takeLock?: TakeLock
  readonly listeners: Set<() => void>
  /** Starts listening to other processes, once somebody asks for changes. */
  readonly listen?: () => void
}

/** The door to a ledger's store, for a copy. A method, so that logging a ledger does not show its connection. */
const storeOf: unique symbol = Symbol('store')

export interface SqlLedger extends Ledger {
  [storeOf](): Pick<StoreParts, 'context' | 'takeLock'>
}

const isSqlLedger = (ledger: Ledger): ledger is SqlLedger => storeOf in ledger

/** The store behind a ledger; undefined for a ledger that `createLedger` did not make. */
export const findStore = (ledger: Ledger): Pick<StoreParts, 'context' | 'takeLock'> | undefined =>
  isSqlLedger(ledger) ? ledger[storeOf]() : undefined

export async function createLedger(parts: StoreParts): Promise<SqlLedger> {
  const { context, takeLock, listeners, listen } = parts
  const { db, times, identity } = context
  identity.id = await db.read(async (tx) => tx.self.id)
  return {
    get id() {
      return identity.id
    },
    times,
    now: () => db.read(async (tx) => tx.now),
    ...createFacts(context),
    ...createBatches(context),
    ...createReports(context),
    ...createImports(context),
    ...createSuppression(context),
    join: () => join(context, takeLock),
    adopt: () => adopt(context, takeLock),
    halt: (why) => halt(context, why),
    halted: () => findRefusal(context),
    beginPlan: (options) => beginPlan(context, options),
    purge: (before) => purge(context, before),
    onChange(listener) {
      listeners.add(listener)
      listen?.()
      return () => void listeners.delete(listener)
    },
    close: () => db.close(),
    [storeOf]: () => parts,
  }
}
