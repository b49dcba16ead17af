import { expect } from 'vitest'
import { claim, collect, numberOf, rowOf } from './batches.ts'
import type { Store } from './stores.ts'

/** A running batch with two leads and a skipped row, as the first version of the dialer wrote it. */
export const batchOfFirstVersion: readonly string[] = [
  `insert into batch(state, hash, from_number, suppression, tries, calls_per_day, rules, created_at, first_lead, planned, rejected)
   values ('running', 'old', '+34910000000', 1, 3, 3, '{}', 0, 0, 2, 1)`,
  `insert into calendar(batch, key, rules) values (1, 'always', '{}')`,
  `insert into lead(batch, line, person, data, calendar, state, due_at, changed_at)
   values (1, 1, '${numberOf(1)}', '{"number":"${numberOf(1)}"}', 'always', 'ready', 0, 0),
     (1, 2, '${numberOf(2)}', '{"number":"${numberOf(2)}"}', 'always', 'ready', 0, 0)`,
  `insert into skipped(batch, line, verdict, reason, data) values (1, 3, 'rejected', 'row_empty', '{}')`,
]

/** The batch is called, and plans of today find its people. */
export async function expectFirstVersionToRun(store: Store): Promise<void> {
  const ledger = await store.open()
  const [batch] = await ledger.batches()
  expect(batch).toMatchObject({
    limits: { tries: 3, callsPerDay: 3, minimumGap: 0 },
    rows: { planned: 2, duplicate: 0, suppressed: 0, recent: 0, rejected: 1 },
  })
  expect(await collect(ledger.skipped(1))).toMatchObject([
    { line: 3, verdict: 'rejected', reason: 'row_empty' },
  ])
  expect(await claim(ledger, await ledger.join(), { limit: 1 })).toMatchObject([{ number: numberOf(1) }])
  const writer = await ledger.beginPlan({ suppression: true, recentMs: 60_000 })
  expect(await writer.add([rowOf(1), rowOf(2), rowOf(3)])).toEqual(['recent', 'recent', 'planned'])
  await writer.abort()
}
