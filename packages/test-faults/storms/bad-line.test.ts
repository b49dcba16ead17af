/** A tenth of all requests meet a fault, and the list is late. Nothing is killed: this is about calls in doubt. */
import { once } from 'node:events'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { makeTemporaryFolder } from '@digame/test-support'
import { expect, test } from 'vitest'
import { type LedgerLocation, times } from './ledger.ts'
import { startMock } from './mock-process.ts'
import { talkers } from './phone-numbers.ts'
import { startProgram } from './process.ts'
import type { RunnerOptions } from './runner-entry.ts'
import { createReconciler, isLong, leadsOf, openLedger, plan } from './storm.ts'
import { judge } from './verdict.ts'

const leads = isLong ? 1000 : 60
const seed = Number(process.env['DIGAME_SEED'] ?? 5)

// Once in eleven runs it stalled until its time limit; why is not known yet. A second run decides.
test('faults in a tenth of all requests: nobody is called twice, and every call is found', {
  timeout: isLong ? 600_000 : 240_000,
  retry: 1,
}, async () => {
  await using folder = await makeTemporaryFolder('storm')
  // A new call is late in the list, but there before a look-up may say that it is absent.
  await using service = await startMock({
    speed: 150,
    seed,
    faultRate: 0.1,
    listDelay: times.settleMs / 2,
  })
  const location: LedgerLocation = { store: 'sqlite', path: join(folder.path, 'ledger.db') }
  const ledger = await openLedger(location)
  const batch = await plan(ledger, talkers(leads))
  const options: RunnerOptions = {
    ledger: location,
    url: service.url,
    limits: { maxConcurrent: 20, pollMs: 20, backoffMs: 50 },
    seesTraffic: true,
  }
  const [code] = await once(startProgram('runner-entry.ts', options), 'exit')
  expect(code).toBe(0)

  await service.calm()
  const dialer = createReconciler(ledger, service)
  for await (const { now } of dialer.reconcile()) expect(now).not.toBe('unknown')
  // The calls that were found are followed to their end.
  expect(await dialer.run()).toBe('done')

  expect(judge(ledger, await service.census(), await leadsOf(ledger, batch))).toMatchObject({
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
})
