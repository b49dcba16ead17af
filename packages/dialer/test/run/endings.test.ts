import { Diga } from '@digame/client'
import type { LeadRecord } from '@digame/dialer'
import { digaPort } from '@digame/dialer/client'
import { createMock, type Mock, type MockOptions } from '@digame/mock'
import { describe, expect, test } from 'vitest'
import { createRig, numberOf, type Rig } from './support/rig.ts'

/** The mock's test numbers, by how a call to them ends. */
const numbers = {
  no_answer: '+34500000001',
  failed: '+34500000002',
  transferred: '+34500000003',
  voicemail: '+34500000004',
  limited: '+34500000006',
  completed: '+34612345678',
} as const

interface MockRig extends Rig {
  readonly mock: Mock
  readonly run: (maxConcurrent?: number) => Promise<string>
}

/** A dialer in front of the mock, reached by the real client. */
async function createMockRig(options: MockOptions): Promise<MockRig> {
  const rig = await createRig()
  const mock = await createMock({ vocabulary: '2026-07', clock: rig.clock, ...options })
  const { fetch } = mock
  const diga = new Diga({ apiKey: 'any', fetch, clock: rig.clock, random: () => 0.5 })
  const { activeCalls: _, ...port } = digaPort(diga)
  const run = (maxConcurrent = 1): Promise<string> =>
    rig.clock.run(rig.dialer({ port, limits: { maxConcurrent } }).run())
  return { ...rig, mock, run }
}

const minute = 60_000
/** As many tries as by default, without the long waits between them. */
const retries = { no_answer: [minute, minute], not_reached: [minute, minute], voicemail: [minute] }

const callsTo = (mock: Mock, number: string): number =>
  mock.calls.filter(({ contact }) => contact.identifier === number).length

const endOf = ({ state, why, tries }: Pick<LeadRecord, 'state' | 'why' | 'tries'>) => ({ state, why, tries })

describe('a lead whose call ends', () => {
  test.each([
    ['no_answer', { state: 'exhausted', why: 'no_answer', tries: 3 }],
    ['failed', { state: 'exhausted', why: 'not_reached', tries: 3 }],
    ['transferred', { state: 'done', why: 'transferred', tries: 1 }],
    ['voicemail', { state: 'exhausted', why: 'voicemail', tries: 2 }],
    ['completed', { state: 'done', why: 'completed', tries: 1 }],
  ] as const)('as %s: %o', async (ending, end) => {
    const { plan, leads, run, mock } = await createMockRig({})
    const batch = await plan({ numbers: [numbers[ending]], retries })
    expect(await run()).toBe('done')
    expect((await leads(batch)).map(endOf)).toEqual([end])
    expect(callsTo(mock, numbers[ending])).toBe(end.tries)
  })

  test.each(['no_answer', 'failed', 'limited'] as const)(
    'as %s is called again, even if the reason is one that nobody knows',
    async (ending) => {
      const { plan, leads, run, mock } = await createMockRig({ endReasons: 'unknown' })
      const batch = await plan({ numbers: [numbers[ending]], retries })
      expect(await run()).toBe('done')
      expect(callsTo(mock, numbers[ending])).toBe(ending === 'limited' ? 2 : 3)
      const end = ending === 'limited' ? { state: 'done', why: 'other' } : { state: 'exhausted' }
      expect((await leads(batch)).map(endOf)).toMatchObject([end])
    },
  )
})

describe('a call that the plan of the account refuses', () => {
  test('counts for nothing, and its lead is called again at once', async () => {
    const { plan, leads, run, ledger, events } = await createMockRig({})
    const limits = { tries: 1, callsPerDay: 1, budgetCalls: 1 }
    const batch = await plan({ numbers: [numbers.limited], limits })
    expect(await run()).toBe('done')
    const [lead] = await leads(batch)
    expect(lead).toMatchObject({ state: 'done', why: 'completed', tries: 1 })
    const [refused, ended] = lead?.attempts ?? []
    expect(refused).toMatchObject({ state: 'refused', why: 'concurrency_limit', callId: expect.any(String) })
    expect(ended).toMatchObject({ state: 'ended', outcome: 'completed' })
    expect((ended?.claimedAt ?? 0) - (refused?.endedAt ?? 0)).toBeLessThan(10_000)
    expect((await ledger.status(batch)).spent.calls).toBe(1)
    const why = 'concurrency_limit'
    expect(events).toContainEqual({ type: 'slowed', ms: expect.any(Number), why })
    expect(events).toContainEqual(expect.objectContaining({ type: 'refused', why }))
  })

  test('loses nobody when the dialer has more slots than the account', async () => {
    const { plan, leads, run, mock } = await createMockRig({ maxConcurrent: 2, overLimit: 'end' })
    const everybody = Array.from({ length: 12 }, (_, n) => numberOf(n))
    const batch = await plan({ numbers: everybody, limits: { tries: 1, callsPerDay: 1, budgetCalls: 12 } })
    expect(await run(5)).toBe('done')
    expect((await leads(batch)).map(endOf)).toEqual(
      everybody.map(() => ({ state: 'done', why: 'completed', tries: 1 })),
    )
    const answered = mock.calls.filter(({ start_time }) => start_time)
    expect(answered.map(({ contact }) => contact.identifier).sort()).toEqual(everybody)
    // Each lead's own wait alone would let 72 calls go out.
    expect(mock.calls.length).toBeLessThan(60)
  })
})
