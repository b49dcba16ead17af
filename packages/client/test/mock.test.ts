import { type Call, hitConcurrencyLimit, outcomeOf } from '@digame/client'
import { createMock, type Mock, type MockOptions } from '@digame/mock'
import { afterEach, describe, expect, test } from 'vitest'
import { apiKey, failureOf, from, setup } from './support/client.ts'
import { testClock } from './support/clock.ts'

const mocks: Mock[] = []
afterEach(() => {
  for (const mock of mocks.splice(0)) mock.expectNoViolations()
})

async function serve(options: MockOptions = {}, client: Parameters<typeof setup>[1] = {}) {
  const clock = testClock(30)
  const mock = await createMock({ clock, ...options })
  mocks.push(mock)
  const made = setup(() => new Response(), { fetch: mock.fetch, ...client }, clock)
  const call = (to_number: string) => made.diga.calls.create({ from_number: from, to_number })
  const posts = () => mock.journal.filter(({ method }) => method === 'POST').length
  return { ...made, mock, call, posts }
}

const number = (end: string) => `+34500000${end}`

describe('against the mock', () => {
  test.each(['seed', '2026-07'] as const)('a call lives from dialing to its end (%s)', async (vocabulary) => {
    const { diga, clock, events } = await serve({ vocabulary })
    const body = { from_number: from, to_number: '+34612345678', dynamic_variables: { name: 'Ana' } }
    const call = await clock.run(diga.calls.create(body, { idempotencyKey: 'one' }))
    const statuses: string[] = []
    await clock.run(
      (async () => {
        for await (const { status } of diga.calls.watch(call.id)) statuses.push(status)
      })(),
    )
    expect(statuses).toEqual(['dialing', 'in_progress', 'completed'])
    const ended = await clock.run(diga.calls.get(call.id))
    expect(outcomeOf(ended)).toBe('completed')
    expect(ended.dynamic_variables).toEqual({ name: 'Ana', digame_key: 'one' })
    expect((await clock.run(diga.calls.messages(call.id))).data.length).toBeGreaterThan(0)
    expect((await clock.run(diga.calls.list())).data.map(({ id }) => id)).toEqual([call.id])
    expect(events.filter(({ type }) => type === 'drift')).toEqual([])
  })

  test.each([
    ['001', 'no_answer'],
    ['002', 'failed', 'not_reached'],
    ['003', 'transferred'],
    ['004', 'voicemail'],
    ['005', 'completed'],
    ['006', 'failed', 'not_reached'],
  ])(
    'a call to a number that ends in %s: %s, and %s since 2026-07',
    async (end, outcome, newer = outcome) => {
      for (const vocabulary of ['seed', '2026-07'] as const) {
        const { diga, clock, call } = await serve({ vocabulary })
        const { id } = await clock.run(call(number(end)))
        const expected = vocabulary === 'seed' ? outcome : newer
        expect(outcomeOf(await clock.run(diga.calls.wait(id)))).toBe(expected)
      }
    },
  )

  test.each([
    ['001', 'no_answer'],
    ['002', 'no_answer'],
    ['003', 'other'],
    ['005', 'other'],
    ['006', 'no_answer'],
  ])('a call to a number that ends in %s, with a reason that nobody knows: %s', async (end, outcome) => {
    const { diga, clock, call, events } = await serve({ vocabulary: '2026-07', endReasons: 'unknown' })
    const { id } = await clock.run(call(number(end)))
    const ended = await clock.run(diga.calls.wait(id))
    expect(outcomeOf(ended)).toBe(outcome)
    await clock.run(diga.calls.get(id))
    expect(events.filter(({ type }) => type === 'drift')).toEqual([
      { type: 'drift', kind: 'unknown_end_reason', detail: ended.end_reason },
    ])
  })

  test('only a call to 006 hits the concurrency limit', async () => {
    const hits: boolean[] = []
    for (const end of ['001', '002', '006']) {
      const { diga, clock, call } = await serve({ vocabulary: '2026-07' })
      const { id } = await clock.run(call(number(end)))
      hits.push(hitConcurrencyLimit(await clock.run(diga.calls.wait(id))))
    }
    expect(hits).toEqual([false, false, true])
  })

  test.each(['010', '011', '012', '013'])('a call to %s whose response is lost is found', async (end) => {
    for (const listDelay of [0, 9000]) {
      const { clock, call, mock, posts, events } = await serve({ listDelay })
      const placed = await clock.run(call(number(end)))
      expect(mock.calls.map(({ id }) => id)).toEqual([placed.id])
      expect(posts()).toBe(1)
      expect(events.filter(({ type }) => type === 'recovered')).toHaveLength(1)
    }
  })

  test('a call to 014 is refused once, then placed', async () => {
    const { clock, call, mock, posts } = await serve()
    const begun = clock.elapsed()
    await clock.run(call(number('014')))
    expect(mock.calls).toHaveLength(1)
    expect(posts()).toBe(2)
    expect(clock.elapsed() - begun).toBe(1000)
  })

  test.each(['015', '016'])('a call to %s that was not placed is not sent again', async (end) => {
    const { clock, call, mock, posts } = await serve()
    expect(await clock.run(failureOf(call(number(end))))).toMatchObject({ placed: 'maybe', candidates: [] })
    expect(mock.calls).toEqual([])
    expect(posts()).toBe(1)
  })

  test('a create stays in doubt if its API key may not list calls', async () => {
    const { clock, call, mock } = await serve({ keys: { [apiKey]: 'write' } })
    const { clock: other, call: refusedCall } = await serve({ keys: { [apiKey]: 'read' } })
    mock.reply({ operation: 'listCalls', code: 403 })
    expect(await clock.run(failureOf(call(number('011'))))).toMatchObject({ status: 500, placed: 'maybe' })
    expect(await other.run(failureOf(refusedCall(number('001'))))).toMatchObject({
      status: 403,
      placed: 'no',
    })
  })

  test('a calling number that does not exist is refused with its code', async () => {
    const { clock, call } = await serve({ numbers: ['+34910000001'] })
    expect(await clock.run(failureOf(call('+34612345678')))).toMatchObject({
      status: 404,
      code: 'PHONE_NUMBER_NOT_FOUND',
      placed: 'no',
    })
  })

  test('every call of many is listed once', async () => {
    const { diga, clock, call } = await serve()
    const placed: Call[] = []
    for (let more = 0; more < 25; more++) placed.push(await clock.run(call('+34612345678')))
    const listed: string[] = []
    await clock.run(
      (async () => {
        for await (const { id } of diga.calls.list({ limit: 10, order: 'asc' })) listed.push(id)
      })(),
    )
    expect(listed).toEqual(placed.map(({ id }) => id))
  })

  test('the live calls are counted', async () => {
    const { diga, clock, call } = await serve()
    await clock.run(call('+34612345678'))
    const counts: number[] = []
    await clock.run(
      (async () => {
        for await (const active of diga.calls.concurrency()) if (counts.push(active) === 2) break
      })(),
    )
    expect(counts[0]).toBe(1)
  })
})
