/** Calls end for reasons that nobody knows, or because the account has too many at once, while runners are killed. */
import { join } from 'node:path'
import { makeTemporaryFolder } from '@digame/test-support'
import { expect, test } from 'vitest'
import { killRunners } from './kill-runners.ts'
import type { LedgerLocation } from './ledger.ts'
import { type MockProcessOptions, startMock } from './mock-process.ts'
import { people, talkers } from './phone-numbers.ts'
import { isLong, leadsOf, openLedger, plan, slots } from './storm.ts'
import { expectNothingLost, expectRestCalled, judge } from './verdict.ts'

const count = isLong ? 200 : 25
const kills = isLong ? 20 : 3
const seed = Number(process.env['DIGAME_SEED'] ?? 7)

interface Weather {
  readonly numbers: readonly string[]
  readonly account: MockProcessOptions['account']
}

const weathers: readonly (Weather & { readonly name: string })[] = [
  {
    name: 'every end reason is a word never seen before',
    numbers: people(count),
    account: { vocabulary: '2026-07', endReasons: 'unknown' },
  },
  {
    name: 'the account allows fewer calls than the runner has slots',
    numbers: talkers(count),
    account: { vocabulary: '2026-07', maxConcurrent: slots - 2, overLimit: 'end' },
  },
]

test.each(weathers)(
  '$name: nobody is called twice, nobody is lost',
  async ({ numbers, account }) => {
    await using folder = await makeTemporaryFolder('storm')
    await using service = await startMock({ speed: 150, seed, account })
    const location: LedgerLocation = { store: 'sqlite', path: join(folder.path, 'ledger.db') }
    const ledger = await openLedger(location)
    const batch = await plan(ledger, numbers)
    const limits = { maxConcurrent: slots, pollMs: 20, backoffMs: 50 }
    const end = await killRunners({ ledger: location, url: service.url, limits }, { kills, seed })

    const census = await service.census()
    const verdict = judge(ledger, census, await leadsOf(ledger, batch))
    expect(end).toEqual({ code: 0, killed: kills })
    expectNothingLost(verdict, census)
    await expectRestCalled(ledger, service, verdict, numbers)
    await ledger.close()
  },
  isLong ? 600_000 : 120_000,
)
