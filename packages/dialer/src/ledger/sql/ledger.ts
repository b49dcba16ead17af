import type { Ledger } from '../ledger.ts'
import { createImports } from './attempts/imports.ts'
import { createFacts } from './attempts/transitions.ts'
import { createBatches } from './batches/batches.ts'
import { beginPlan } from './plan/begin-plan.ts'
import { createReports } from './reports/reports.ts'
import { adopt, join, refusal, type TakeLock } from './run/join.ts'
import { assertHere, type Context } from './store/context.ts'

const suppressedAtOnce = 5_000

interface Parts {
  readonly takeLock?: TakeLock
  readonly listeners: Set<() => void>
  /** Begins to notice other processes, when somebody wants to be told first. */
  readonly listen?: () => void
}

const contexts = new WeakMap<Ledger, Inside>()

interface Inside {
  readonly context: Context
  readonly takeLock: TakeLock | undefined
}

/** The inside of a ledger made here. */
export const insideOf = (ledger: Ledger): Inside | undefined => contexts.get(ledger)

export async function createLedger(
  context: Context,
  { takeLock, listeners, listen }: Parts,
): Promise<Ledger> {
  const { db, seal, times } = context
  context.identity.id = await db.read(async (tx) => tx.self.id)
  const ledger: Ledger = {
    get id() {
      return context.identity.id
    },
    times,
    now: () => db.read(async (tx) => tx.now),
    ...createFacts(context),
    ...createBatches(context),
    ...createReports(context),
    ...createImports(context),
    join: () => join(context, takeLock),
    adopt: () => adopt(context, takeLock),
    halt: (why) =>
      db.write(async (tx) => {
        await tx.run('update ledger set halted = $1', why)
        await db.notify(tx)
      }),
    halted: () => refusal(context),
    beginPlan: ({ suppression }) => beginPlan(context, suppression),
    async suppress(numbers, source) {
      let added = 0
      for (let from = 0; from < numbers.length; from += suppressedAtOnce) {
        const people = numbers
          .slice(from, from + suppressedAtOnce)
          .map((number) => ({ person: seal.person(number) }))
        added += await db.write(async (tx) => {
          assertHere(tx.self)
          return tx.run(
            `insert into suppressed(person, source, at) select person, $2, cast($3 as bigint)
             from ${db.rows(1, { person: 'text' })} where true on conflict do nothing`,
            JSON.stringify(people),
            source,
            tx.now,
          )
        })
      }
      return added
    },
    suppressed: (number) =>
      db.read(
        async (tx) =>
          (await tx.all('select 1 as one from suppressed where person = $1', seal.person(number))).length > 0,
      ),
    onChange(listener) {
      listeners.add(listener)
      listen?.()
      return () => void listeners.delete(listener)
    },
    close: () => db.close(),
  }
  contexts.set(ledger, { context, takeLock })
  return ledger
}
