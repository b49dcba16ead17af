/** Four runners on one Postgres ledger are killed at random moments, and Postgres crashes in between. */
import { setTimeout as sleep } from 'node:timers/promises'
import { createRandom } from '@digame/internal'
import { expect, test } from 'vitest'
import { launch } from './fleet.ts'
import type { LedgerLocation } from './ledger.ts'
import { startMock } from './mock-process.ts'
import { people } from './phone-numbers.ts'
import { startPostgres } from './postgres.ts'
import { drawStrike, isLong, leadsOf, openLedger, plan, printFigure, slots } from './storm.ts'
import { expectNothingLost, expectRestCalled, judge } from './verdict.ts'

const numbers = people(isLong ? 300 : 40)
const kills = isLong ? 45 : 8
const crashes = isLong ? 3 : 1
const seed = Number(process.env['DIGAME_SEED'] ?? 11)

test(
  `4 runners, ${kills} kills, ${crashes} crashes of Postgres: nobody is called twice, nobody is lost`,
  async () => {
    await using postgres = await startPostgres()
    await using service = await startMock({ speed: 150, seed })
    const location: LedgerLocation = { store: 'postgres', url: postgres.url, schema: `storm_${process.pid}` }
    let ledger = await openLedger(location)
    const batch = await plan(ledger, numbers)
    const random = createRandom(seed)
    let killed = 0
    let crashed = 0
    {
      await using fleet = launch(4, () => ({
        ledger: location,
        url: service.url,
        limits: { maxConcurrent: slots, pollMs: 20, backoffMs: 50 },
        // After the last kill the remaining runners must be able to finish.
        ...(killed < kills && { strike: drawStrike(random) }),
      }))
      while (killed < kills) {
        await sleep(20 + random() * 380)
        if (!(await fleet.killOne(random()))) break
        killed++
        if (postgres.crash && crashed < crashes && killed >= ((crashed + 1) * kills) / (crashes + 1)) {
          await ledger.close()
          await postgres.crash()
          crashed++
          ledger = await openLedger(location)
        }
      }
      await fleet.done(isLong ? 300_000 : 60_000)
      expect(fleet.crashes).toEqual([])
    }

    const census = await service.census()
    const verdict = judge(ledger, census, await leadsOf(ledger, batch))
    printFigure(`${killed} kills: ${census.calls.length} calls, ${verdict.held.absent} held as absent`)
    expect({ killed, crashed }).toEqual({ killed: kills, crashed: postgres.crash ? crashes : 0 })
    expectNothingLost(verdict, census)
    await expectRestCalled(ledger, service, verdict, numbers)
    await ledger.close()
  },
  isLong ? 900_000 : 180_000,
)
