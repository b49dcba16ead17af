import type { Ledger, Placement } from '@digame/dialer'
import { describe, expect, test } from 'vitest'
import { createRig, numberOf } from './support/rig.ts'

const refusal = (
  reason: 'lead_refused' | 'blocked' | 'rate_limited' | 'never_left',
  more = {},
): Placement => ({
  placed: 'no',
  reason,
  code: 'CODE',
  ...more,
})

test('a refusal that the next lead would get too stops the batch with its reason, and keeps the lead', async () => {
  const { clock, port, ledger, dialer, plan, events } = await createRig()
  port.deed = () => refusal('blocked', { status: 412, code: 'SIP_CONFIG_NOT_SET' })
  const batch = await plan({ count: 3 })
  expect(await clock.run(dialer().run())).toBe('stopped')
  expect(port.requests).toHaveLength(1)
  const why = 'blocked: 412 SIP_CONFIG_NOT_SET'
  const advice = expect.stringContaining('check the SIP configuration of from_number. Then resume the batch')
  expect(events).toContainEqual({ type: 'stopped', batch, why, advice })
  expect(await ledger.status(batch)).toMatchObject({
    state: 'stopped',
    why,
    advice,
    leads: { ready: 3 },
    spent: { calls: 0 },
  })
})

test.each(['rate_limited', 'never_left'] as const)(
  'a lead whose request was %s is called later, and the request counts nowhere',
  async (reason) => {
    const { clock, port, ledger, dialer, plan, leads } = await createRig()
    port.deed = (_, no) => (no <= 5 ? refusal(reason) : 'completed')
    const batch = await plan({ limits: { tries: 1, callsPerDay: 1, budgetCalls: 1 } })
    expect(await clock.run(dialer().run())).toBe('done')
    expect(port.calls).toHaveLength(1)
    expect((await leads(batch))[0]).toMatchObject({ state: 'done', tries: 1 })
    expect((await ledger.status(batch)).spent.calls).toBe(1)
    const waits = port.requests.slice(1).map(({ at }, index) => at - (port.requests[index]?.at ?? 0))
    expect(waits.every((wait, index) => wait > (waits[index - 1] ?? 0))).toBe(true)
  },
)

test('Retry-After holds back all leads', async () => {
  const { clock, port, dialer, plan } = await createRig()
  port.deed = () =>
    port.requests.length === 1 ? refusal('rate_limited', { retryAfterMs: 90_000 }) : 'completed'
  await plan({ count: 2 })
  await clock.run(dialer().run())
  const [first, second] = port.requests
  expect((second?.at ?? 0) - (first?.at ?? 0)).toBeGreaterThanOrEqual(90_000)
})

test('a refusal that is about the lead ends the lead', async () => {
  const { clock, port, dialer, plan, leads } = await createRig()
  port.deed = () => refusal('lead_refused', { status: 400, code: 'NON_SPANISH_PHONE_NUMBER' })
  const batch = await plan()
  await clock.run(dialer().run())
  expect(port.requests).toHaveLength(1)
  expect((await leads(batch))[0]).toMatchObject({
    state: 'done',
    why: 'lead_refused: 400 NON_SPANISH_PHONE_NUMBER',
    tries: 0,
  })
})

test('5xx responses slow the run down', async () => {
  const { clock, port, dialer, plan, events } = await createRig()
  port.deed = ({ to_number }) =>
    to_number === numberOf(3) ? 'completed' : { placed: 'maybe', code: 'BAD_GATEWAY', status: 502 }
  await plan({ count: 4 })
  await clock.run(dialer({ limits: { maxConcurrent: 4 }, random: () => 1 }).run())
  const slowed = events.flatMap((event) => (event.type === 'slowed' ? [event.ms] : []))
  expect(slowed).toEqual([1000, 2000, 4000])
})

describe('a lost response', () => {
  test('is looked up, and the call is followed', async () => {
    const { clock, port, dialer, plan, states, events } = await createRig()
    port.deed = () => 'lost'
    const batch = await plan()
    await clock.run(dialer().run())
    expect(port.requests).toHaveLength(1)
    expect(await states(batch)).toEqual({ done: 1 })
    expect(events.map(({ type }) => type)).toEqual(
      expect.arrayContaining(['unknown', 'placed', 'ended', 'decided']),
    )
  })

  test('leaves an attempt held if the call is absent, and is never sent again', async () => {
    const { clock, port, ledger, dialer, plan, states } = await createRig()
    port.deed = () => 'lost_unmade'
    const batch = await plan()
    expect(await clock.run(dialer().run())).toBe('done')
    expect(await clock.run(dialer().run())).toBe('done')
    expect(port.requests).toHaveLength(1)
    expect(await states(batch)).toEqual({ held: 1 })
    expect(await ledger.held()).toMatchObject([
      { why: 'absent', evidence: { result: 'absent', candidates: [] } },
    ])
  })

  test('leaves an attempt held with its reason if look-ups fail', async () => {
    const { clock, port, ledger, dialer, plan } = await createRig()
    port.deed = () => 'lost'
    port.broken.add('find')
    await plan()
    await clock.run(dialer().run())
    expect(port.requests).toHaveLength(1)
    expect(await ledger.held()).toMatchObject([
      { why: 'lookup_failed', evidence: { reason: 'find is down' } },
    ])
  })

  test('is looked up only once a call would be listed', async () => {
    const { clock, port, dialer, plan } = await createRig({ settleMs: 20_000 })
    port.deed = () => 'lost'
    await plan()
    let found = 0
    const find = port.find
    port.find = (query) => {
      found = clock.now()
      return find(query)
    }
    await clock.run(dialer().run())
    expect(found - (port.requests[0]?.at ?? 0)).toBeGreaterThanOrEqual(20_000)
  })
})

test.each([new Error('a bug'), undefined, { code: 7 }])(
  'a port that throws %s may have placed a call',
  async (thrown) => {
    const { clock, port, dialer, plan, states } = await createRig()
    port.deed = () => async () => {
      throw thrown
    }
    const batch = await plan()
    await clock.run(dialer().run())
    expect(port.requests).toHaveLength(1)
    expect(await states(batch)).toEqual({ held: 1 })
  },
)

test('a port that never responds may have placed a call; its late response still counts', async () => {
  const { clock, port, ledger, dialer, plan, states } = await createRig()
  const answer = Promise.withResolvers<Placement>()
  port.deed = () => () => answer.promise
  const batch = await plan()
  await clock.run(dialer().run())
  expect(await states(batch)).toEqual({ held: 1 })
  answer.resolve(refusal('lead_refused'))
  await clock.until(async () => (await ledger.held()).length === 0)
  await clock.run(dialer().run())
  expect(await states(batch)).toEqual({ done: 1 })
  expect(port.requests).toHaveLength(1)
})

describe('calls that come back without their key', () => {
  test('stop the batch as soon as one is polled', async () => {
    const { clock, port, dialer, plan, events, states } = await createRig()
    port.echoes = false
    const batch = await plan({ count: 3 })
    await clock.run(dialer().run())
    expect(port.calls).toHaveLength(1)
    expect(events).toContainEqual({
      type: 'stopped',
      batch,
      why: expect.stringContaining('without their key'),
      advice: 'See why it stopped, and remove the cause. Then resume the batch.',
    })
    expect(await states(batch)).toEqual({ done: 1, ready: 2 })
  })

  test('stop the batch if a lost call could be any of them', async () => {
    const { clock, port, ledger, dialer, plan, events } = await createRig()
    port.echoes = false
    port.deed = () => 'lost'
    const batch = await plan({ count: 3 })
    await clock.run(dialer().run())
    expect(port.calls).toHaveLength(1)
    expect(events).toContainEqual({
      type: 'stopped',
      batch,
      why: expect.stringContaining('without their key'),
      advice: 'See why it stopped, and remove the cause. Then resume the batch.',
    })
    expect(await ledger.held()).toMatchObject([{ evidence: { candidates: [{ id: port.calls[0]?.id }] } }])
  })
})

describe('right before a request', () => {
  const service = { rules: { purpose: 'service', asksHook: true } } as const

  test('a suppressed number ends its lead', async () => {
    const { clock, port, dialer, plan, leads } = await createRig()
    const batch = await plan(service)
    await clock.run(dialer({ suppression: () => true }).run())
    expect(port.requests).toEqual([])
    expect((await leads(batch))[0]).toMatchObject({ state: 'cancelled', why: 'suppressed' })
  })

  const why = 'rule_failed: the list is down'
  const down = () => Promise.reject(new Error('the list is down'))

  test('a rule that fails for one lead stops the batch after five times, and the lead is not used up', async () => {
    const { clock, port, dialer, plan, leads, events } = await createRig()
    const batch = await plan(service)
    expect(await clock.run(dialer({ suppression: down }).run())).toBe('stopped')
    expect(port.requests).toEqual([])
    const [lead] = await leads(batch)
    expect(lead).toMatchObject({ state: 'ready', tries: 0 })
    expect(lead?.attempts).toHaveLength(5)
    expect(events.filter(({ type }) => type === 'stopped')).toMatchObject([
      { batch, why, advice: expect.stringContaining('no lead is lost') },
    ])
  })

  test.each([1, 5])(
    'a rule that fails for three leads stops the batch, with %i slots',
    async (maxConcurrent) => {
      const { clock, port, dialer, plan, ledger, states } = await createRig()
      const batch = await plan({ ...service, count: 100 })
      expect(await clock.run(dialer({ suppression: down, limits: { maxConcurrent } }).run())).toBe('stopped')
      expect(port.requests).toEqual([])
      expect(await ledger.status(batch)).toMatchObject({ leads: { ready: 100 }, spent: { calls: 0 }, why })

      // The list works again: everybody is called once, also those whom it had failed for.
      await ledger.resume(batch)
      expect(await clock.run(dialer({ suppression: () => false, limits: { maxConcurrent } }).run())).toBe(
        'done',
      )
      expect(await states(batch)).toEqual({ done: 100 })
      expect(new Set(port.requests.map(({ to_number }) => to_number)).size).toBe(100)
      expect(port.requests).toHaveLength(100)
    },
  )

  test('a rule that fails now and then for different leads stops nothing', async () => {
    const { clock, port, dialer, plan, states } = await createRig()
    const batch = await plan({ ...service, count: 20 })
    const asked = new Map<string, number>()
    const suppression = (number: string) => {
      asked.set(number, (asked.get(number) ?? 0) + 1)
      return Number(number) % 2 === 0 && asked.get(number) === 1 ? down() : false
    }
    expect(await clock.run(dialer({ suppression }).run())).toBe('done')
    expect(await states(batch)).toEqual({ done: 20 })
    expect(port.requests).toHaveLength(20)
  })

  test('a lead that a rule always fails for keeps nobody else from being called', async () => {
    const { clock, port, dialer, plan, ledger, states } = await createRig()
    const batch = await plan({ ...service, count: 10 })
    const suppression = (number: string) => (number === numberOf(0) ? down() : false)
    expect(await clock.run(dialer({ suppression }).run())).toBe('stopped')
    expect(await states(batch)).toEqual({ done: 9, ready: 1 })
    await ledger.resume(batch)
    expect(await clock.run(dialer({ suppression }).run())).toBe('stopped')
    expect(port.requests).toHaveLength(9)
  })

  test('a ledger that fails during the check of a rule stops nothing', async () => {
    const { clock, port, dialer, plan, ledger, states } = await createRig()
    const batch = await plan({ ...service, count: 10 })
    let asked = 0
    const suppressed: Ledger['suppressed'] = async (number) => {
      if (asked++ < 10) throw new Error('the disk is gone')
      return await ledger.suppressed(number)
    }
    const shaky = { ...ledger, suppressed }
    const limits = { maxConcurrent: 10 }
    const run = dialer({ ledger: shaky, suppression: () => false, limits }).run()
    expect(await clock.run(run)).toBe('done')
    expect(await states(batch)).toEqual({ done: 10 })
    expect(port.requests).toHaveLength(10)
  })

  test('a batch planned with a suppression hook does not run without one', async () => {
    const { clock, port, dialer, plan, events } = await createRig()
    const batch = await plan(service)
    await clock.run(dialer().run())
    expect(port.requests).toEqual([])
    expect(events).toContainEqual({
      type: 'stopped',
      batch,
      why: expect.stringContaining('suppression hook'),
      advice: 'See why it stopped, and remove the cause. Then resume the batch.',
    })
  })

  test('a process that slept through half of its lease calls nobody', async () => {
    const { clock, port, dialer, plan, events, states } = await createRig()
    const batch = await plan(service)
    let asked = 0
    const suppression = () => {
      if (++asked === 1) clock.freeze(7500)
      return false
    }
    await clock.run(dialer({ suppression }).run())
    expect(events.filter(({ type }) => type === 'refused')).toMatchObject([{ why: 'not_after' }])
    expect(port.requests).toHaveLength(1)
    expect(asked).toBe(2)
    expect(await states(batch)).toEqual({ done: 1 })
  })

  test('a wall clock that is set back does not hide the time that passed', async () => {
    const { clock, port, dialer, plan, events } = await createRig()
    await plan(service)
    let asked = 0
    const suppression = () => {
      if (++asked === 1) {
        clock.freeze(10_000)
        clock.step(-10_000)
      }
      return false
    }
    await clock.run(dialer({ suppression }).run())
    expect(events.filter(({ type }) => type === 'refused')).toMatchObject([{ why: 'not_after' }])
    expect(port.requests).toHaveLength(1)
  })
})
