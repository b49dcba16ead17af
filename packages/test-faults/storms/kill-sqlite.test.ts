/** Workers on one SQLite file, killed at random moments; the service counts in a process of its own. */
import type { ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { createRandom } from '@digame/internal'
import { expect, test } from 'vitest'
import { type LedgerPlace, times } from './ledger.ts'
import { kill, start, startService } from './mock-process.ts'
import { neverMade, people } from './people.ts'
import type { WorkerOptions } from './runner-entry.ts'
import { dialerOf, drawStrike, isLong, judge, leadsOf, makeFolder, openLedger, plan, tell } from './storm.ts'

const leads = isLong ? 300 : 40
const kills = isLong ? 45 : 8
const seed = Number(process.env['DIGAME_SEED'] ?? 7)

/** Resolves when the worker says that it has joined, or with its exit. */
async function joined(worker: ChildProcess): Promise<void> {
  const exit = once(worker, 'exit')
  for (;;) {
    const [event] = await Promise.race([once(worker, 'message'), exit])
    if (typeof event !== 'object' || event?.type === 'joined') return
  }
}

test(
  `${kills} kills and ${leads} people: nobody is called twice, nobody is lost`,
  async () => {
    await using folder = await makeFolder()
    await using service = await startService({ speed: 150, seed })
    const place: LedgerPlace = { store: 'sqlite', path: join(folder.path, 'ledger.db') }
    const ledger = await openLedger(place)
    const batch = await plan(ledger, people(leads))
    const options: WorkerOptions = {
      ledger: place,
      url: service.url,
      limits: { maxConcurrent: 5, pollMs: 20, backoffMs: 50 },
    }
    const random = createRandom(seed)
    let killed = 0
    while (killed < kills) {
      const strike = drawStrike(random)
      const worker = start('runner-entry.ts', { ...options, strike })
      await joined(worker)
      // One that strikes itself and finds nothing to send is struck.
      const struck = strike ? once(worker, 'exit') : sleep(20 + random() * 380)
      await Promise.race([struck, sleep(3000)])
      // One that had nothing left to do was not killed.
      if (worker.exitCode !== null) break
      await kill(worker)
      killed++
    }
    const last = start('runner-entry.ts', options)
    const [code] = await once(last, 'exit')

    const census = await service.census()
    const verdict = judge(ledger, census, await leadsOf(ledger, batch))
    tell(`${killed} kills: ${census.calls.length} calls, ${verdict.held.absent} held as absent`)
    expect({ code, killed, ...verdict, most: census.most }).toEqual({
      code: 0,
      killed: kills,
      calledTwiceByOneKey: [],
      leadsInNoFinalState: [],
      callsNotInLedger: [],
      wronglyHeld: [],
      calledTooOften: [],
      held: { absent: expect.any(Number), lookup_failed: 0 },
      attempts: expect.any(Number),
      most: expect.toSatisfy((most: number) => most > 0 && most <= 5),
    })

    // A person says that those were not called, and they are.
    const dialer = dialerOf(ledger, service)
    await sleep(times.leaseMs + times.requestMs + times.settleMs)
    const settled = await dialer.settleAbsent()
    expect(settled).toEqual({ returned: verdict.held.absent, placed: 0, left: 0 })
    expect(await dialer.run()).toBe('done')
    const called = new Set((await service.census()).calls.map(({ number }) => number))
    expect(people(leads).filter((number) => !called.has(number))).toEqual(neverMade)
    await ledger.close()
  },
  isLong ? 600_000 : 120_000,
)
