import { describe, expect, test } from 'vitest'
import { body, failureOf, json, printed, type Setup, setup, silence } from './support/client.ts'
import { testClock } from './support/clock.ts'
import { callOf, createService, type Fate, type Service, type ServiceOptions } from './support/service.ts'

const one = { idempotencyKey: 'one' }
const lost: Fate = { placed: true, answer: 'reset' }
const dropped: Fate = { placed: false, answer: 'reset' }

function serve(
  options: ServiceOptions = {},
  client: Parameters<typeof setup>[1] = {},
): Setup & { service: Service } {
  const clock = testClock()
  const service = createService(clock, options)
  return { ...setup(service.handler, client, clock), service }
}

/** When each listing, not each page, began after the send, in milliseconds. */
const listings = ({ requests, posts }: Setup) =>
  requests
    .filter(({ path, method, query }) => method === 'GET' && path === '/v1/call/' && !query.has('after'))
    .map(({ at }) => at - (posts[0]?.at ?? 0))

describe('a call whose response was lost', () => {
  test.each<[what: string, fate: Fate]>([
    ['to a reset', lost],
    ['to silence', { placed: true, answer: 'silence' }],
    ['to a 500', { placed: true, answer: 500 }],
    ['to a 502', { placed: true, answer: 502 }],
    ['to a 408', { placed: true, answer: 408 }],
    ['to a redirect', { placed: true, answer: 302 }],
    ['to half a body', { placed: true, answer: 'half' }],
    ['to HTML', { placed: true, answer: 'html' }],
  ])('%s is found and returned', async (_, fate) => {
    const { diga, clock, service, events, posts } = serve()
    service.add(500)
    service.next(fate)
    const call = await clock.run(diga.calls.create(body, one))
    expect(call).toEqual(service.calls.find(({ dynamic_variables }) => dynamic_variables !== null))
    expect(call.dynamic_variables).toEqual({ digame_key: 'one' })
    expect(events.filter(({ type }) => type === 'recovered')).toEqual([
      { type: 'recovered', idempotencyKey: 'one', callId: call.id },
    ])
    expect(posts).toHaveLength(1)
    expect(clock.pending).toBe(0)
  })

  test('is searched newest first, a thousand calls per page', async () => {
    const { diga, clock, service, requests } = serve()
    service.next(lost)
    await clock.run(diga.calls.create(body, one))
    expect(Object.fromEntries(requests[1]?.query ?? [])).toEqual({ limit: '1000', order: 'desc' })
  })

  test('is found among calls with other keys, with none, and with the same number', async () => {
    const { diga, clock, service } = serve()
    service.next(lost)
    const placing = diga.calls.create(body, one)
    await clock.flush()
    for (const variables of [
      null,
      {},
      { digame_key: 'other' },
      { digame_key: 'One' },
      { digame_key: 'one ' },
    ]) {
      service.add(0, { dynamic_variables: variables })
    }
    expect((await clock.run(placing)).dynamic_variables).toEqual({ digame_key: 'one' })
  })

  test('is found on a later page', async () => {
    const { diga, clock, service, requests } = serve({ lagMs: 500, pageSize: 2 })
    service.next(lost)
    const placing = diga.calls.create(body, one)
    await clock.flush()
    for (let more = 0; more < 9; more++) service.add(0, { dynamic_variables: { digame_key: `k${more}` } })
    expect((await clock.run(placing)).dynamic_variables).toEqual({ digame_key: 'one' })
    expect(requests.filter(({ query }) => query.has('after'))).toHaveLength(4)
  })

  test('is not sent, nor looked up, a second time when its error has been thrown', async () => {
    const made = serve()
    made.service.next(dropped)
    await made.clock.run(failureOf(made.diga.calls.create(body, one)))
    const before = made.requests.length
    await made.clock.advance(3_600_000)
    expect(made.requests).toHaveLength(before)
  })
})

describe('the listings of a look-up', () => {
  test('begin at once, then at growing intervals, the last one 10 s after the send', async () => {
    const made = serve()
    made.service.next(dropped)
    await made.clock.run(failureOf(made.diga.calls.create(body, one)))
    expect(listings(made)).toEqual([0, 1000, 3000, 7000, 10_000])
  })

  test.each([
    [500, 1000],
    [2500, 3000],
    [9500, 10_000],
  ])('find a call that appears after %i ms', async (lagMs, at) => {
    const made = serve({ lagMs })
    made.service.next(lost)
    await made.clock.run(made.diga.calls.create(body, one))
    expect(listings(made).at(-1)).toBe(at)
  })

  test('do not find one that appears after the last of them', async () => {
    const made = serve({ lagMs: 10_001 })
    made.service.next(lost)
    expect(await made.clock.run(failureOf(made.diga.calls.create(body, one)))).toMatchObject({
      placed: 'maybe',
    })
  })

  test.each([0, 2500, 60_000])('end %i ms after the send if `settleMs` says so', async (settleMs) => {
    const made = serve({}, { settleMs })
    made.service.next(dropped)
    await made.clock.run(failureOf(made.diga.calls.create(body, one)))
    expect(listings(made)[0]).toBe(0)
    expect(listings(made).at(-1)).toBe(settleMs)
  })

  test('are a single one, at once, if the send took longer than that', async () => {
    const made = serve()
    made.service.next({ placed: false, answer: 'silence' })
    await made.clock.run(failureOf(made.diga.calls.create(body, one)))
    expect(listings(made)).toEqual([60_000])
  })

  test('count from the send that is in doubt, not from the first', async () => {
    const made = serve()
    made.service.next({ placed: false, answer: 429, headers: { 'retry-after': '30' } }, dropped)
    await made.clock.run(failureOf(made.diga.calls.create(body, one)))
    expect(listings(made).at(-1)).toBe(40_000)
  })

  test('use the monotonic clock', async () => {
    const made = serve()
    made.service.next(dropped)
    const placing = failureOf(made.diga.calls.create(body, one))
    await made.clock.advance(500)
    made.clock.step(3_600_000)
    await made.clock.advance(1000)
    made.clock.step(-7_200_000)
    await made.clock.run(placing)
    expect(listings(made)).toEqual([0, 1000, 3000, 7000, 10_000])
  })

  test('that hang do not delay the last one, which has 10 s more', async () => {
    const made = serve({ list: (request) => silence(request, true) })
    made.service.next(dropped)
    const error = await made.clock.run(failureOf(made.diga.calls.create(body, one)))
    expect(error).toMatchObject({ code: 'CONNECTION', placed: 'maybe', candidates: [] })
    expect(listings(made)).toEqual([0, 10_000])
    expect(made.clock.elapsed() - (made.posts[0]?.at ?? 0)).toBe(20_000)
    expect(made.clock.pending).toBe(0)
  })

  test('that are slow, page by page, do not delay the last one either', async () => {
    const made: Setup & { service: Service } = serve({
      pageSize: 1,
      list: (_, usual) => new Promise((resolve) => made.clock.after(4000, () => resolve(usual()))),
    })
    made.service.next(dropped)
    const placing = failureOf(made.diga.calls.create(body, one))
    for (let more = 0; more < 9; more++)
      made.service.add(0, { dynamic_variables: { digame_key: `k${more}` } })
    await made.clock.run(placing)
    expect(listings(made)).toEqual([0, 10_000])
    expect(made.clock.elapsed() - (made.posts[0]?.at ?? 0)).toBe(20_000)
  })

  test('go on when early ones fail', async () => {
    let failures = 3
    const made = serve({ list: (_, usual) => (failures-- > 0 ? json(500, {}) : usual()) })
    made.service.next(lost)
    expect(await made.clock.run(made.diga.calls.create(body, one))).toHaveProperty('id')
    expect(listings(made)).toEqual([0, 1000, 3000, 7000])
  })

  test('are repeated within the last one', async () => {
    let failures = 0
    const made: Setup & { service: Service } = serve({
      list: (_, usual) => (made.clock.elapsed() < 10_000 || failures++ < 1 ? json(503, {}) : usual()),
    })
    made.service.next(lost)
    expect(await made.clock.run(made.diga.calls.create(body, one))).toHaveProperty('id')
    expect(listings(made)).toEqual([0, 1000, 3000, 7000, 10_000, 10_250])
  })

  test.each([401, 403])('end at once where the key may not list: %i', async (status) => {
    const made = serve({ list: () => json(status, { error_code: 'MISSING_PERMISSIONS', message: 'No' }) })
    made.service.next({ placed: true, answer: 500 })
    const error = await made.clock.run(failureOf(made.diga.calls.create(body, one)))
    expect(error).toMatchObject({ status: 500, code: 'CODE_500', placed: 'maybe', candidates: [], ...one })
    expect(listings(made)).toEqual([0])
  })

  test.each([
    ['a server error', () => json(500, {})],
    ['something that is not there', () => json(404, {})],
    ['HTML', () => new Response('<html>')],
    ['an object', () => json(200, {})],
    ['entries that are no calls', () => json(200, { data: [{}], has_more: false })],
  ])('that return %s leave the error as it was', async (_, answer) => {
    const made = serve({ list: answer })
    made.service.next({ placed: true, answer: 500 })
    const error = await made.clock.run(failureOf(made.diga.calls.create(body, one)))
    expect(error).toMatchObject({ status: 500, code: 'CODE_500', placed: 'maybe', candidates: [], ...one })
    expect(listings(made)).toContain(10_000)
  })

  test('do not happen with `lookUp: false`', async () => {
    const made = serve()
    made.service.next(lost)
    const error = await made.clock.run(failureOf(made.diga.calls.create(body, { ...one, lookUp: false })))
    expect(error).toMatchObject({ placed: 'maybe', ...one })
    expect(error.candidates).toBeUndefined()
    expect(made.requests).toHaveLength(1)
  })

  test('do not happen with `marker: false`', async () => {
    const made = serve({}, { marker: false })
    made.service.next(lost)
    const error = await made.clock.run(failureOf(made.diga.calls.create(body, one)))
    expect(error).toMatchObject({ placed: 'maybe', ...one })
    expect(error.candidates).toBeUndefined()
    expect(made.requests).toHaveLength(1)
  })

  test('do not happen if it is certain that no call was made', async () => {
    const made = serve()
    made.service.next({ placed: false, answer: 400 })
    await made.clock.run(failureOf(made.diga.calls.create(body, one)))
    expect(made.requests).toHaveLength(1)
  })
})

describe('candidates', () => {
  const contact = (identifier: string) => ({ ...callOf().contact, identifier })

  test('are the outbound calls to the number in the window that carry no other key', async () => {
    const { diga, clock, service } = serve({ echo: false })
    service.add(30_000, { id: 'within the slack' })
    service.add(90_000, { id: 'too old' })
    service.next(lost)
    const placing = failureOf(diga.calls.create(body, one))
    await clock.flush()
    service.add(0, { id: 'same number' })
    service.add(0, { id: 'other variables', dynamic_variables: { name: 'Ana' } })
    service.add(0, { id: 'other key', dynamic_variables: { digame_key: 'two' } })
    service.add(0, { id: 'inbound', type: 'inbound' })
    service.add(0, { id: 'other number', contact: contact('+34600000009') })
    service.add(0, { id: 'no contact', contact: null as never })
    const error = await clock.run(placing)
    const ours = service.calls.find(({ created_date, id }) => created_date && id.length === 36)
    expect(new Set(error.candidates?.map(({ id }) => id))).toEqual(
      new Set(['within the slack', 'same number', 'other variables', ours?.id]),
    )
    expect(error.placed).toBe('maybe')
  })

  test('never resolve a create, not even a single one', async () => {
    const { diga, clock, service } = serve({ echo: false })
    service.next(lost)
    const error = await clock.run(failureOf(diga.calls.create(body, one)))
    expect(error).toMatchObject({ placed: 'maybe', candidates: [{ id: service.calls[0]?.id }] })
  })

  test.each([-300_000, -1000, 0, 1000, 300_000])(
    'are right while the clock of the server is %i ms off',
    async (skewMs) => {
      const { diga, clock, service } = serve({ echo: false, skewMs })
      service.add(50_000, { id: 'within the slack' })
      service.add(75_000, { id: 'too old' })
      service.next(lost)
      const error = await clock.run(failureOf(diga.calls.create(body, one)))
      expect(error.candidates?.map(({ id }) => id)).toEqual([service.calls.at(-1)?.id, 'within the slack'])
    },
  )

  test('are counted from the send, not from the first', async () => {
    const { diga, clock, service } = serve({ echo: false })
    service.next({ placed: false, answer: 429, headers: { 'retry-after': '55' } }, dropped)
    service.add(20_000, { id: 'a minute and more before' })
    const error = await clock.run(failureOf(diga.calls.create(body, one)))
    expect(error.candidates).toEqual([])
  })

  test('of a look-up much later still reach back to the send', async () => {
    const { diga, clock, service } = serve({ echo: false })
    service.next(lost)
    await clock.run(failureOf(diga.calls.create(body, { ...one, lookUp: false })))
    await clock.advance(3_600_000)
    const error = await clock.run(failureOf(diga.calls.create(body, one)))
    expect(error.candidates?.map(({ id }) => id)).toEqual([service.calls[0]?.id])
  })

  test('reach back over the sleep of a machine, which only its wall clock has counted', async () => {
    const { diga, clock, service } = serve({ echo: false })
    service.next(lost)
    await clock.run(failureOf(diga.calls.create(body, { ...one, lookUp: false })))
    clock.step(3_600_000)
    const error = await clock.run(failureOf(diga.calls.create(body, one)))
    expect(error.candidates?.map(({ id }) => id)).toEqual([service.calls[0]?.id])
  })

  test('reach back although somebody has set the wall clock back', async () => {
    const { diga, clock, service } = serve({ echo: false })
    service.next(lost)
    await clock.run(failureOf(diga.calls.create(body, { ...one, lookUp: false })))
    await clock.advance(600_000)
    clock.step(-3_600_000)
    // The service has its own clock, which was not set.
    const call = service.calls[0] as { created_date: string }
    call.created_date = new Date(Date.parse(call.created_date) - 3_600_000).toISOString()
    const error = await clock.run(failureOf(diga.calls.create(body, one)))
    expect(error.candidates?.map(({ id }) => id)).toEqual([service.calls[0]?.id])
  })

  test('are those of the number that was called, though the body has been used again', async () => {
    const { diga, clock, service } = serve({ echo: false })
    service.next(lost)
    const request = { ...body }
    const placing = failureOf(diga.calls.create(request, one))
    request.to_number = '+34600000009'
    const error = await clock.run(placing)
    expect(error.candidates?.map(({ id }) => id)).toEqual([service.calls[0]?.id])
  })

  test('are on the error, but are not printed', async () => {
    const { diga, clock, service } = serve({ echo: false })
    service.next(lost)
    const error = await clock.run(failureOf(diga.calls.create(body, one)))
    const [candidate] = error.candidates ?? []
    expect(candidate?.contact.identifier).toBe(body.to_number)
    expect(printed(error)).not.toContain(candidate?.id)
    expect(Object.keys({ ...error })).not.toContain('candidates')
  })
})
