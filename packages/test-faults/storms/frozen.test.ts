/** A worker that is stopped past its lease, as by a laptop's lid, wakes and must not ring. */
import { once } from 'node:events'
import { setTimeout as sleep } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { type LedgerPlace, times } from './ledger.ts'
import { kill, start, startService } from './mock-process.ts'
import { talkers } from './people.ts'
import { startPostgres } from './postgres.ts'
import type { WorkerOptions } from './runner-entry.ts'
import { judge, leadsOf, openLedger, plan } from './storm.ts'

test('a worker frozen between its claim and its request does not ring when it wakes', async () => {
  await using postgres = await startPostgres()
  await using service = await startService({ speed: 150 })
  const place: LedgerPlace = { store: 'postgres', url: postgres.url, schema: `frozen_${process.pid}` }
  const ledger = await openLedger(place)
  const leads = 6
  const batch = await plan(ledger, talkers(leads))
  const options: WorkerOptions = {
    ledger: place,
    url: service.url,
    limits: { maxConcurrent: 20, pollMs: 20 },
  }

  // It stops itself where it may not: everything is claimed, nothing is sent.
  const frozen = start('runner-entry.ts', {
    ...options,
    strike: { signal: 'SIGSTOP', at: 1, when: 'before' },
  })
  const events: { type: string; why?: string }[] = []
  frozen.on('message', (event: { type: string }) => events.push(event))
  while ((await ledger.status(batch)).attempts.sending < leads) await sleep(20)
  await sleep(times.leaseMs + 200)

  // Another takes over, finds no call, and holds; a person says that nobody was called, and they are called.
  const other = start('runner-entry.ts', options)
  expect(await once(other, 'exit')).toEqual([0, null])
  expect((await ledger.status(batch)).attempts).toMatchObject({ held: leads })
  await sleep(times.requestMs + times.settleMs)
  for (const { id } of await ledger.held(batch)) await ledger.settle(id)
  const third = start('runner-entry.ts', options)
  expect(await once(third, 'exit')).toEqual([0, null])
  expect((await service.census()).calls).toHaveLength(leads)

  frozen.kill('SIGCONT')
  expect(await once(frozen, 'exit')).toEqual([0, null])
  const census = await service.census()
  expect(census.calls).toHaveLength(leads)
  expect(events.map(({ type }) => type)).toContain('fenced')
  expect(judge(ledger, census, await leadsOf(ledger, batch))).toMatchObject({
    calledTwiceByOneKey: [],
    calledTooOften: [],
    leadsInNoFinalState: [],
    callsNotInLedger: [],
  })
  await kill(frozen)
  await ledger.close()
}, 90_000)
