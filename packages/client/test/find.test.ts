import { describe, expect, onTestFinished, test } from 'vitest'
import { body, failureOf, json, type Setup, setup, silence, to } from './support/client.ts'
import { testClock } from './support/clock.ts'
import { callOf, createService, type Service, type ServiceOptions } from './support/service.ts'

const old = 3_600_000

function serve(
  options: ServiceOptions = {},
  client: Parameters<typeof setup>[1] = {},
): Setup & {
  service: Service
  find: (agoMs?: number, key?: string) => ReturnType<Setup['diga']['calls']['find']>
} {
  const clock = testClock()
  const service = createService(clock, options)
  const made = setup(service.handler, client, clock)
  return {
    ...made,
    service,
    find: (agoMs = old, idempotencyKey = 'one') =>
      clock.run(
        made.diga.calls.find({ idempotencyKey, to_number: to, sentAt: new Date(clock.now() - agoMs) }),
      ),
  }
}

const key = (digame_key: string) => ({ dynamic_variables: { digame_key } })

describe('find', () => {
  test('finds the call that carries the key', async () => {
    const { find, service } = serve()
    service.add(old, key('two'))
    const call = service.add(old, key('one'))
    service.add(old)
    expect(await find()).toMatchObject({ result: 'found', call })
  })

  test('finds it without a number to go by, and then knows no candidates', async () => {
    const { diga, clock, service } = serve()
    service.add(old, { contact: undefined as never })
    service.add(old)
    const ask = (idempotencyKey: string) =>
      clock.run(diga.calls.find({ idempotencyKey, sentAt: new Date(clock.now() - old) }))
    expect(await ask('one')).toEqual({ result: 'absent', candidates: [] })
    service.add(old, key('one'))
    expect(await ask('one')).toMatchObject({ result: 'found' })
  })

  test('finds a call of an earlier process', async () => {
    const { clock, service } = serve()
    service.next({ placed: true, answer: 'reset' })
    const before = setup(service.handler, {}, clock)
    const error = await clock.run(failureOf(before.diga.calls.create(body, { lookUp: false })))
    await clock.advance(86_400_000)
    const after = setup(service.handler, {}, clock)
    const { idempotencyKey = '', sentAt = new Date(Number.NaN) } = error
    const found = await clock.run(after.diga.calls.find({ idempotencyKey, to_number: to, sentAt }))
    expect(found).toMatchObject({ result: 'found', call: { id: service.calls[0]?.id } })
    expect(after.posts).toEqual([])
  })

  test('is absent when every call since the send was listed', async () => {
    const { find, service, requests } = serve()
    service.add(old, key('two'))
    expect(await find()).toEqual({ result: 'absent', candidates: [] })
    expect(requests).toHaveLength(1)
  })

  test('is absent where there are no calls', async () => {
    expect(await serve().find()).toEqual({ result: 'absent', candidates: [] })
  })

  test('returns candidates, also if the call is absent', async () => {
    const { find, service } = serve()
    service.add(old + 700_000)
    const call = service.add(old + 500_000)
    service.add(old, key('two'))
    service.add(old, { type: 'inbound' })
    expect(await find()).toEqual({ result: 'absent', candidates: [call] })
  })

  test('lists until the send has settled', async () => {
    const { find, requests, clock } = serve()
    const begun = clock.elapsed()
    expect(await find(600_000 + 4000)).toEqual({ result: 'absent', candidates: [] })
    expect(requests.map(({ at }) => at - begun)).toEqual([0, 1000, 3000, 6000])
  })

  test('does not trust the wall clock, which may have been set', async () => {
    const { find, requests, clock } = serve()
    const begun = clock.elapsed()
    expect(await find(60_000)).toEqual({ result: 'absent', candidates: [] })
    expect(requests.at(-1)?.at).toBe(begun + 10_000)
  })

  test('finds a call that appears in the list late', async () => {
    const { find, service, clock } = serve({ lagMs: 9000 })
    const call = service.add(0, key('one'))
    expect(await find(0)).toMatchObject({ result: 'found', call })
    expect(clock.pending).toBe(0)
  })

  test.each([
    '+346******78',
    `sip:${to}@10.0.0.1:5060`,
    `${to};ext=12`,
    '612 34 56 78',
    '0034612345678',
    null,
    7,
  ])('knows its call by the key, however its number is written (%s)', async (identifier) => {
    const { find, service } = serve()
    const call = service.add(old, { ...key('one'), contact: { identifier } as never })
    expect(await find()).toMatchObject({ result: 'found', call: { id: call.id } })
  })

  test('asks caches not to respond', async () => {
    const { find, requests } = serve()
    await find()
    expect(requests[0]?.headers['cache-control']).toBe('no-cache')
  })

  test('refuses an undefined key, which would match a call without one', async () => {
    const { diga, service, clock, requests } = serve()
    service.add(old)
    for (const idempotencyKey of [undefined, null, '', 7]) {
      const sentAt = new Date(clock.now() - old)
      const asking = diga.calls.find({ idempotencyKey: idempotencyKey as string, to_number: to, sentAt })
      expect(await clock.run(failureOf(asking))).toMatchObject({ code: 'INVALID_IDEMPOTENCY_KEY' })
    }
    expect(requests).toEqual([])
  })

  test('is aborted at once', async () => {
    const reason = new Error('enough')
    for (const list of [undefined, (request: { signal: AbortSignal }) => silence(request, true)]) {
      const { diga, clock, requests } = serve({ ...(list && { list }) })
      const controller = new AbortController()
      const options = { signal: controller.signal }
      const asking = diga.calls.find({ idempotencyKey: 'one', sentAt: new Date(clock.now()) }, options)
      const ended = failureOf(asking)
      await clock.advance(1500)
      controller.abort(reason)
      await clock.flush()
      const before = requests.length
      expect(await ended).toMatchObject({ name: 'DigaAbortError', code: 'ABORTED', cause: reason })
      expect(clock.pending).toBe(0)
      expect(requests).toHaveLength(before)
    }
  })

  test('aborted before sends nothing', async () => {
    const { diga, clock, requests } = serve()
    const asking = diga.calls.find(
      { idempotencyKey: 'one', sentAt: new Date(clock.now()) },
      { signal: AbortSignal.abort() },
    )
    expect(await clock.run(failureOf(asking))).toMatchObject({ name: 'DigaAbortError' })
    expect(requests).toEqual([])
  })
})

describe('the window of a look-up', () => {
  test('ends the listing at its beginning, 10 minutes before the send', async () => {
    const { find, service, requests } = serve({ pageSize: 2 })
    for (let ago = 0; ago < 20; ago++) service.add(old + ago * 120_000, key('two'))
    expect(await find()).toEqual({ result: 'absent', candidates: [] })
    // Six calls lie within; the page that holds the first one before is the last.
    expect(requests).toHaveLength(4)
  })

  test.each([-300_000, 300_000, -86_400_000, 86_400_000])(
    'goes by the clock of the server, %i ms off',
    async (skewMs) => {
      const { find, service, requests } = serve({ skewMs, pageSize: 1 })
      service.add(old + 660_000, { id: 'outside' })
      service.add(old + 540_000, { id: 'inside' })
      service.add(old - 60_000, key('two'))
      expect(await find()).toMatchObject({ result: 'absent', candidates: [{ id: 'inside' }] })
      expect(requests).toHaveLength(3)
    },
  )

  test.each(['Z', '', '+02:00'] as const)('reads dates that end in "%s"', async (zone) => {
    const { TZ } = process.env
    onTestFinished(() => {
      if (TZ === undefined) delete process.env['TZ']
      else process.env['TZ'] = TZ
    })
    for (const place of ['America/New_York', 'Asia/Tokyo']) {
      process.env['TZ'] = place
      expect(new Date(0).getTimezoneOffset()).not.toBe(0)
      const { find, service } = serve({ zone, pageSize: 1 })
      service.add(old + 660_000, { id: 'outside' })
      service.add(old + 540_000, { id: 'inside' })
      service.add(old - 60_000, key('two'))
      expect(await find()).toMatchObject({ result: 'absent', candidates: [{ id: 'inside' }] })
    }
  })

  test('holds calls whose date cannot be read', async () => {
    const { find, service } = serve()
    const odd = [undefined, null, 7, 'yesterday'].map((created_date) =>
      service.add(old, { created_date: created_date as string }),
    )
    expect((await find()).candidates).toHaveLength(odd.length)
  })

  test('grows while it is listed', async () => {
    const { diga, clock, service }: ReturnType<typeof serve> = serve({
      skewMs: 0,
      list: (_, usual) => new Promise((resolve) => clock.after(9000, () => resolve(usual()))),
    })
    service.add(old + 595_000)
    const query = { idempotencyKey: 'one', to_number: to, sentAt: new Date(clock.now() - old) }
    expect((await clock.run(diga.calls.find(query))).candidates).toHaveLength(1)
  })
})

describe('a listing that is not complete is `unknown`:', () => {
  const page = (data: unknown[], rest: object = {}, dated = true) =>
    json(200, { data, ...rest }, dated ? { date: new Date(testClock().now()).toUTCString() } : {})
  const call = (id: string) => callOf({ id, created_date: '2026-07-01T10:00:00Z', ...key('two') })

  test.each<[what: string, answer: () => Response, reason: string]>([
    ['it fails', () => json(500, {}), 'list_failed'],
    ['it is not there', () => json(404, {}), 'list_failed'],
    ['it cannot be read', () => new Response('<html>'), 'list_failed'],
    ['it has something else than calls in it', () => page([null], { has_more: false }), 'list_failed'],
    ['401', () => json(401, {}), 'forbidden'],
    ['403', () => json(403, {}), 'forbidden'],
    ['no clock', () => page([], { has_more: false }, false), 'no_server_clock'],
    [
      'calls to the number, and no clock',
      () => page([callOf()], { has_more: false }, false),
      'no_server_clock',
    ],
    ['the same page again', () => page([call('a')], { has_more: true, last_id: 'a' }), 'cut_short'],
    ['an empty page with more behind it', () => page([], { has_more: true }), 'cut_short'],
    ['it does not say whether there is more', () => page([call('a')]), 'cut_short'],
    ['an empty page that does not say', () => page([]), 'cut_short'],
  ])('%s', async (_, answer, reason) => {
    const { find } = serve({ list: answer })
    expect(await find()).toMatchObject({ result: 'unknown', reason, candidates: [] })
  })

  test.each(['today', '1782900000', '-5', 'Wed, 31 Foo 2026'])('a clock that says "%s"', async (date) => {
    const { find } = serve({ list: () => json(200, { data: [], has_more: false }, { date }) })
    expect(await find()).toMatchObject({ result: 'unknown', reason: 'no_server_clock' })
  })

  test('an entry without an id could be the call, unless the call is listed too', async () => {
    for (const odd of [{}, { id: 7, contact: { identifier: to } }]) {
      const call = callOf({ ...key('one'), created_date: new Date(testClock().now()).toISOString() })
      let data: unknown[] = [odd]
      const { find } = serve({ list: () => page(data, { has_more: false }) })
      expect(await find()).toMatchObject({ result: 'unknown', reason: 'list_failed' })
      data = [odd, call]
      expect(await find()).toMatchObject({ result: 'found', call: { id: call.id } })
    }
  })

  test('reads on where calls do not come newest first', async () => {
    const old = ['2019-01-01T00:00:00Z', '2020-01-01T00:00:00Z'].map((created_date) =>
      callOf({ created_date }),
    )
    const call = callOf({ ...key('one'), created_date: new Date(testClock().now()).toISOString() })
    const { find } = serve({
      list: ({ query }) =>
        query.has('after') ? page([call], { has_more: false }) : page(old, { has_more: true }),
    })
    expect(await find()).toMatchObject({ result: 'found', call: { id: call.id } })
  })

  test('an invalid date ends nothing', async () => {
    const strange = { ...callOf(), created_date: { toString: 1 } }
    const { find } = serve({ list: () => page([strange], { has_more: false }) })
    expect(await find()).toMatchObject({ result: 'absent' })
  })

  test('a later page fails, and earlier candidates are returned', async () => {
    const { find, service } = serve({
      pageSize: 1,
      list: ({ query }, usual) => (query.has('after') ? json(404, {}) : usual()),
    })
    service.add(old)
    const newest = service.add(old - 1000)
    expect(await find()).toEqual({ result: 'unknown', reason: 'list_failed', candidates: [newest] })
  })

  test('a later page is forbidden', async () => {
    const { find, service, requests } = serve({
      pageSize: 1,
      list: ({ query }, usual) => (query.has('after') ? json(403, {}) : usual()),
    })
    service.add(0)
    service.add(0)
    expect(await find(0)).toMatchObject({ result: 'unknown', reason: 'forbidden' })
    expect(requests).toHaveLength(2)
  })

  test('but a call that is found is found', async () => {
    const { find, service } = serve({ skewMs: null })
    const found = service.add(old, key('one'))
    expect(await find()).toMatchObject({ result: 'found', call: found })
  })

  test('it hangs', async () => {
    const { find, clock } = serve({ list: (request) => silence(request, true) })
    const begun = clock.elapsed()
    expect(await find()).toEqual({ result: 'unknown', reason: 'list_failed', candidates: [] })
    expect(clock.elapsed() - begun).toBe(10_000)
    expect(clock.pending).toBe(0)
  })

  test('the clock went back', async () => {
    const { find, requests, diga, clock } = serve()
    expect(await find(-1)).toEqual({ result: 'unknown', reason: 'clock_went_back', candidates: [] })
    for (const sentAt of [new Date('never'), undefined, 0]) {
      const broken = { idempotencyKey: 'one', sentAt: sentAt as Date }
      expect(await clock.run(failureOf(diga.calls.find(broken)))).toMatchObject({ code: 'INVALID_OPTION' })
    }
    expect(requests).toEqual([])
  })

  test('keys are not sent (`marker: false`)', async () => {
    const { find, requests, service } = serve({}, { marker: false })
    service.add(old, key('one'))
    expect(await find()).toEqual({ result: 'unknown', reason: 'no_marker', candidates: [] })
    expect(requests).toEqual([])
  })
})

describe('a list that grows while it is read', () => {
  test('returns each call once', async () => {
    const calls = [1, 2, 3, 4].map((second) =>
      callOf({ id: `c${second}`, created_date: `2026-07-01T09:00:0${second}Z` }),
    )
    const date = { date: new Date(testClock().now()).toUTCString() }
    const pages: Record<string, unknown> = {
      first: { data: [calls[3], calls[2]], has_more: true, last_id: 'c3' },
      c3: { data: [calls[2], calls[1]], has_more: true, last_id: 'c2' },
      c2: { data: [calls[1], calls[0]], has_more: false, last_id: 'c1' },
    }
    const { find } = serve({ list: ({ query }) => json(200, pages[query.get('after') ?? 'first'], date) })
    const found = await find()
    expect(found.result).toBe('absent')
    expect(found.candidates.map(({ id }) => id)).toEqual(['c4', 'c3', 'c2', 'c1'])
  })

  test('takes the last call as the cursor if a page has none', async () => {
    const { find, service, requests } = serve({
      pageSize: 1,
      list: async (_, usual) => {
        const { last_id: _last, ...rest } = (await usual().json()) as Record<string, unknown>
        return json(200, rest, { date: new Date(testClock().now()).toUTCString() })
      },
    })
    service.add(old, key('one'))
    service.add(old)
    service.add(old)
    expect(await find()).toMatchObject({ result: 'found' })
    expect(requests).toHaveLength(3)
  })
})

test.each([
  ['another number', { contact: { ...callOf({}).contact, identifier: '+34699999999' } }],
  ['an earlier intention', { created_date: '2020-01-01T00:00:00Z' }],
])('a call of %s is not the one, though it carries the key', async (_, other) => {
  const { diga, clock } = setup(() => {
    const call = callOf({ created_date: new Date(clock.now()).toISOString(), ...key('k1'), ...other })
    return json(200, { data: [call], has_more: false }, { date: new Date(clock.now()).toUTCString() })
  })
  const query = { idempotencyKey: 'k1', to_number: to, sentAt: new Date(clock.now() - 3_600_000) }
  expect(await clock.run(diga.calls.find(query))).toMatchObject({ result: 'absent', candidates: [] })
})
