/** A gateway refuses every call for a while: the batch stops, and nobody is used up by it. */
import { once } from 'node:events'
import { expect, test } from 'vitest'
import type { LedgerLocation } from './ledger.ts'
import { startMock } from './mock-process.ts'
import { talkers } from './phone-numbers.ts'
import { startPostgres } from './postgres.ts'
import { startProgram } from './process.ts'
import { isLong, leadsOf, openLedger, plan } from './storm.ts'
import { judge } from './verdict.ts'

const leads = isLong ? 500 : 30
const refusals = isLong ? 40 : 8
const workers = isLong ? 4 : 2
const slots = 4

test(
  `${workers} workers behind a gateway that refuses ${refusals} requests: everybody is called once after it is repaired`,
  async () => {
    await using postgres = await startPostgres()
    await using service = await startMock({ speed: 150, refusals })
    const location: LedgerLocation = {
      store: 'postgres',
      url: postgres.url,
      schema: `refused_${process.pid}`,
    }
    const ledger = await openLedger(location)
    const batch = await plan(ledger, talkers(leads))
    const run = async (): Promise<void> => {
      const options = {
        ledger: location,
        url: service.url,
        limits: { maxConcurrent: slots, pollMs: 20, backoffMs: 50 },
        isPatient: true,
      }
      const exits = Array.from({ length: workers }, () =>
        once(startProgram('runner-entry.ts', options), 'exit'),
      )
      expect(await Promise.all(exits)).toEqual(exits.map(() => [0, null]))
    }

    await run()
    for (let refused = 0; (await ledger.status(batch)).state === 'stopped'; await run()) {
      const { why, leads: states, attempts, spent } = await ledger.status(batch)
      expect(why).toBe('blocked: HTTP_402')
      expect(states).toMatchObject({ ready: leads })
      expect(spent.calls).toBe(0)
      // No more than those that were under way together.
      expect(attempts.refused - refused).toBeLessThanOrEqual(slots)
      refused = attempts.refused
      await ledger.resume(batch)
    }

    const census = await service.census()
    expect(judge(ledger, census, await leadsOf(ledger, batch))).toMatchObject({
      calledTwiceByOneKey: [],
      leadsInNoFinalState: [],
      callsNotInLedger: [],
      calledTooOften: [],
      held: { absent: 0, lookup_failed: 0 },
    })
    expect(census.calls).toHaveLength(leads)
    await ledger.close()
  },
  isLong ? 400_000 : 90_000,
)
