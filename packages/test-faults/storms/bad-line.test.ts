/** A bad line, on both ways: a tenth of all requests fail, and the list is late. No kills: what is tested is the doubt. */
import { once } from 'node:events'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { type LedgerPlace, times } from './ledger.ts'
import { start, startService } from './mock-process.ts'
import { talkers } from './people.ts'
import type { WorkerOptions } from './runner-entry.ts'
import { dialerOf, isLong, judge, leadsOf, makeFolder, openLedger, plan } from './storm.ts'

const leads = isLong ? 1000 : 60
const seed = Number(process.env['DIGAME_SEED'] ?? 5)

test(
  'faults in a tenth of all requests: nobody is called twice, and every call is found',
  async () => {
    await using folder = await makeFolder()
    // Late, but listed by the time at which a look-up may say that it is absent.
    await using service = await startService({
      speed: 150,
      seed,
      faultRate: 0.1,
      listDelay: times.settleMs / 2,
    })
    const place: LedgerPlace = { store: 'sqlite', path: join(folder.path, 'ledger.db') }
    const ledger = await openLedger(place)
    const numbers = talkers(leads)
    const batch = await plan(ledger, numbers)
    const options: WorkerOptions = {
      ledger: place,
      url: service.url,
      limits: { maxConcurrent: 20, pollMs: 20, backoffMs: 50 },
      seesTraffic: true,
    }
    const worker = start('runner-entry.ts', options)
    const [code] = await once(worker, 'exit')
    expect(code).toBe(0)

    await service.calm()
    const dialer = dialerOf(ledger, service)
    for await (const { now } of dialer.reconcile()) expect(now).not.toBe('unknown')
    // The calls that were found are followed to their end.
    expect(await dialer.run()).toBe('done')

    const verdict = judge(ledger, await service.census(), await leadsOf(ledger, batch))
    expect(verdict).toMatchObject({
      calledTwiceByOneKey: [],
      leadsInNoFinalState: [],
      callsNotInLedger: [],
      calledTooOften: [],
    })

    await sleep(times.leaseMs + times.requestMs + times.settleMs)
    await dialer.settleAbsent()
    expect(await dialer.run()).toBe('done')
    const census = await service.census()
    expect(judge(ledger, census, await leadsOf(ledger, batch)).calledTwiceByOneKey).toEqual([])
    expect(new Set(census.calls.map(({ number }) => number)).size).toBe(leads)
    await ledger.close()
  },
  isLong ? 600_000 : 120_000,
)
