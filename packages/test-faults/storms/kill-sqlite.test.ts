/** Runners on one SQLite file, one after another, are killed at random moments. */
import type { ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { createRandom, isRecord } from '@digame/internal'
import { kill, makeTemporaryFolder } from '@digame/test-support'
import { expect, test } from 'vitest'
import type { LedgerLocation } from './ledger.ts'
import { startMock } from './mock-process.ts'
import { people } from './phone-numbers.ts'
import { startProgram } from './process.ts'
import type { RunnerOptions } from './runner-entry.ts'
import { drawStrike, isLong, leadsOf, openLedger, plan, printFigure, slots } from './storm.ts'
import { expectNothingLost, expectRestCalled, judge } from './verdict.ts'

const numbers = people(isLong ? 300 : 40)
const kills = isLong ? 45 : 8
const seed = Number(process.env['DIGAME_SEED'] ?? 7)

/** Resolves when the runner has joined the ledger, or has exited. */
async function waitUntilJoined(runner: ChildProcess): Promise<void> {
  const exit = once(runner, 'exit')
  for (;;) {
    const [event] = await Promise.race([once(runner, 'message'), exit])
    if (!isRecord(event) || event['type'] === 'joined') return
  }
}

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
    const random = createRandom(seed)
    let killed = 0
    while (killed < kills) {
      const strike = drawStrike(random)
      const runner = startProgram('runner-entry.ts', { ...options, strike })
      await waitUntilJoined(runner)
      // A runner that would kill itself at a request may find nothing to send: then it is killed from here.
      const struck = strike ? once(runner, 'exit') : sleep(20 + random() * 380)
      await Promise.race([struck, sleep(3000)])
      // It had nothing left to do and exited by itself.
      if (runner.exitCode !== null) break
      await kill(runner)
      killed++
    }
    const [code] = await once(startProgram('runner-entry.ts', options), 'exit')

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
