/** A runner that is stopped for longer than its lease, as by closing a laptop, must not call anybody when it wakes. */
import { once } from 'node:events'
import { setTimeout as sleep } from 'node:timers/promises'
import { kill } from '@digame/test-support'
import { expect, test } from 'vitest'
import { type LedgerLocation, times } from './ledger.ts'
import { startMock } from './mock-process.ts'
import { talkers } from './phone-numbers.ts'
import { startPostgres } from './postgres.ts'
import { startProgram } from './process.ts'
import type { RunnerOptions } from './runner-entry.ts'
import { leadsOf, openLedger, plan } from './storm.ts'
import { judge } from './verdict.ts'

test('a runner frozen between its claim and its request calls nobody when it wakes', async () => {
  await using postgres = await startPostgres()
  await using service = await startMock({ speed: 150 })
  const location: LedgerLocation = { store: 'postgres', url: postgres.url, schema: `frozen_${process.pid}` }
  const ledger = await openLedger(location)
  const leads = 6
  const batch = await plan(ledger, talkers(leads))
  const options: RunnerOptions = {
    ledger: location,
    url: service.url,
    limits: { maxConcurrent: 20, pollMs: 20 },
  }

  // It stops itself when every attempt is claimed and nothing is sent.
  const frozen = startProgram<RunnerOptions>('runner-entry.ts', {
    ...options,
    strike: { signal: 'SIGSTOP', at: 1, when: 'before' },
  })
  const events: string[] = []
  frozen.on('message', ({ type }: { type: string }) => events.push(type))
  while ((await ledger.status(batch)).attempts.sending < leads) await sleep(20)
  await sleep(times.leaseMs + 200)

  // A second runner takes over, finds no call, and holds. A person says that nobody was called; a third one calls them.
  const second = startProgram('runner-entry.ts', options)
  expect(await once(second, 'exit')).toEqual([0, null])
  expect((await ledger.status(batch)).attempts).toMatchObject({ held: leads })
  await sleep(times.requestMs + times.settleMs)
  for (const { id } of await ledger.held(batch)) await ledger.settle(id)
  const third = startProgram('runner-entry.ts', options)
  expect(await once(third, 'exit')).toEqual([0, null])
  expect((await service.census()).calls).toHaveLength(leads)

  frozen.kill('SIGCONT')
  expect(await once(frozen, 'exit')).toEqual([0, null])
  const census = await service.census()
  expect(census.calls).toHaveLength(leads)
  expect(events).toContain('fenced')
  expect(judge(ledger, census, await leadsOf(ledger, batch))).toMatchObject({
    calledTwiceByOneKey: [],
    calledTooOften: [],
    leadsInNoFinalState: [],
    callsNotInLedger: [],
  })
  await kill(frozen)
  await ledger.close()
}, 90_000)
