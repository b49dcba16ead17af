/** Four runners share the account's slots: they never exceed them, and leave none empty. */
import { afterAll, beforeAll, expect, test } from 'vitest'
import { launch } from './fleet.ts'
import type { LedgerLocation } from './ledger.ts'
import { startMock } from './mock-process.ts'
import { talkers } from './phone-numbers.ts'
import { type Database, startPostgres } from './postgres.ts'
import { isLong, leadsOf, openLedger, plan } from './storm.ts'
import { judge } from './verdict.ts'

const caps = isLong
  ? [
      { slots: 1, leads: 40, speed: 300 },
      { slots: 5, leads: 200, speed: 150 },
      { slots: 1000, leads: 1200, speed: 1 },
    ]
  : [
      { slots: 1, leads: 8, speed: 300 },
      { slots: 5, leads: 30, speed: 150 },
    ]

let postgres: Database
beforeAll(async () => {
  postgres = await startPostgres()
})
afterAll(() => postgres[Symbol.asyncDispose]())

test.each(caps)(
  '4 runners fill $slots slots and never exceed them',
  async ({ slots, leads, speed }) => {
    await using service = await startMock({ speed })
    const location: LedgerLocation = {
      store: 'postgres',
      url: postgres.url,
      schema: `slots_${slots}_${process.pid}`,
    }
    const ledger = await openLedger(location)
    const batch = await plan(ledger, talkers(leads))
    await using fleet = launch(4, () => ({
      ledger: location,
      url: service.url,
      limits: { maxConcurrent: slots, pollMs: 20 },
      isPatient: true,
    }))
    await fleet.done(isLong ? 300_000 : 60_000)
    const census = await service.census()
    expect(census.most).toBe(slots)
    expect(judge(ledger, census, await leadsOf(ledger, batch))).toMatchObject({
      calledTwiceByOneKey: [],
      leadsInNoFinalState: [],
      callsNotInLedger: [],
    })
    await ledger.close()
  },
  isLong ? 400_000 : 90_000,
)
