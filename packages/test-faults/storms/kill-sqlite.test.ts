/** Runners on one SQLite file, one after another, are killed at random moments. */
import { join } from 'node:path'
import { makeTemporaryFolder } from '@digame/test-support'
import { expect, test } from 'vitest'
import { killRunners } from './kill-runners.ts'
import type { LedgerLocation } from './ledger.ts'
import { startMock } from './mock-process.ts'
import { people } from './phone-numbers.ts'
import type { RunnerOptions } from './runner-entry.ts'
import { isLong, leadsOf, openLedger, plan, printFigure, slots } from './storm.ts'
import { expectNothingLost, expectRestCalled, judge } from './verdict.ts'

const numbers = people(isLong ? 300 : 40)
const kills = isLong ? 45 : 8
const seed = Number(process.env['DIGAME_SEED'] ?? 7)

test(
  `${kills} kills and ${numbers.length} people: nobody is called twice, nobody is lost`,
  async () => {
    await using folder = await makeTemporaryFolder('storm')
    await using service = await startMock({ speed: 150, seed })
    const location: LedgerLocation = { store: 'sqlite', path: join(folder.path, 'ledger.db') }
    const ledger = await openLedger(location)
    const batch = await plan(ledger, numbers)
    const options: RunnerOptions = {
      ledger: location,
      url: service.url,
      limits: { maxConcurrent: slots, pollMs: 20, backoffMs: 50 },
    }
    const { code, killed } = await killRunners(options, { kills, seed })

    const census = await service.census()
    const verdict = judge(ledger, census, await leadsOf(ledger, batch))
    printFigure(`${killed} kills: ${census.calls.length} calls, ${verdict.held.absent} held as absent`)
    expect({ code, killed }).toEqual({ code: 0, killed: kills })
    expectNothingLost(verdict, census)
    await expectRestCalled(ledger, service, verdict, numbers)
    await ledger.close()
  },
  isLong ? 600_000 : 120_000,
)
