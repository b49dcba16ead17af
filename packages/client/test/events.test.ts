import { type Call, Diga } from '@digame/client'
import { describe, expect, test, vi } from 'vitest'
import { apiKey, body, failureOf, type Handler, json, reset, type Setup, setup } from './support/client.ts'
import { testClock } from './support/clock.ts'
import { callOf, createService, uuid } from './support/service.ts'

const id = uuid()
const drift = ({ events }: Setup) => events.filter(({ type }) => type === 'drift')
const driftOf = (kind: string, detail: string) => ({ type: 'drift', kind, detail })

function answering(call: object, status = 201): Setup {
  return setup(() => json(status, call))
}

function without(call: Call, ...names: string[]): object {
  return Object.fromEntries(Object.entries(call).filter(([name]) => !names.includes(name)))
}

describe('events', () => {
  test('report each request and its response', async () => {
    const clock = testClock()
    const slow: Handler = () =>
      new Promise((resolve) => clock.after(1234, () => resolve(json(200, callOf({ id })))))
    const { diga, events, requests } = setup(slow, {}, clock)
    await clock.run(diga.calls.get(id))
    const requestId = requests[0]?.headers['x-request-id']
    expect(events).toEqual([
      { type: 'request', method: 'GET', path: `/v1/call/${id}`, requestId, retry: 0 },
      { type: 'response', method: 'GET', path: `/v1/call/${id}`, requestId, status: 200, durationMs: 1234 },
    ])
  })

  test('report a request without a response', async () => {
    const { diga, events } = setup(() => Promise.reject(reset()))
    await failureOf(diga.calls.create(body, { lookUp: false }))
    expect(events).toMatchObject([{ type: 'request' }, { type: 'response' }])
    expect(events[1]).not.toHaveProperty('status')
  })

  test('report each send of a read', async () => {
    const { diga, clock, events } = setup(() => json(503, {}))
    await clock.run(failureOf(diga.calls.get(id)))
    expect(events.map(({ type }) => type)).toEqual([
      'request',
      'response',
      'retry',
      'request',
      'response',
      'retry',
      'request',
      'response',
    ])
    expect(events.flatMap((event) => (event.type === 'retry' ? [event.delayMs] : []))).toEqual([250, 500])
  })
})

describe('looking_up', () => {
  const lose: Handler = ({ method }) => {
    if (method === 'POST') throw reset()
    return json(200, { data: [], has_more: false }, { date: new Date().toUTCString() })
  }
  const one = { idempotencyKey: 'one' }
  const types = ({ events }: Setup) => events.map(({ type }) => type)

  test('comes once, between the send and the first listing', async () => {
    const made = setup(lose)
    await made.clock.run(failureOf(made.diga.calls.create(body, one)))
    expect(types(made).slice(0, 4)).toEqual(['request', 'response', 'looking_up', 'request'])
    expect(made.events.filter(({ type }) => type === 'looking_up')).toEqual([
      { type: 'looking_up', idempotencyKey: 'one' },
    ])
  })

  test('comes again when a create of the same key looks the call up again', async () => {
    const made = setup(lose)
    await made.clock.run(failureOf(made.diga.calls.create(body, { ...one, lookUp: false })))
    expect(types(made)).not.toContain('looking_up')
    await made.clock.run(failureOf(made.diga.calls.create(body, one)))
    expect(types(made).slice(0, 4)).toEqual(['request', 'response', 'looking_up', 'request'])
  })

  test('does not come without a marker, as nothing can be looked up', async () => {
    const made = setup(lose, { marker: false })
    await made.clock.run(failureOf(made.diga.calls.create(body, one)))
    expect(types(made)).toEqual(['request', 'response'])
  })

  test('does not come for calls.find, which always looks up', async () => {
    const made = setup(lose)
    await made.clock.run(made.diga.calls.find({ ...one, sentAt: new Date(made.clock.now()) }))
    expect(types(made)).not.toContain('looking_up')
  })

  test('lets the hook abort: nothing is listed, and the call stays in doubt', async () => {
    const controller = new AbortController()
    const made = setup(lose, { onEvent: ({ type }) => type === 'looking_up' && controller.abort() })
    const error = await failureOf(made.diga.calls.create(body, { ...one, signal: controller.signal }))
    expect(error).toMatchObject({ name: 'DigaAbortError', placed: 'maybe' })
    expect(made.requests).toHaveLength(1)
  })
})

describe('a hook that throws changes nothing:', () => {
  const fails = (): never => {
    throw new Error('hook')
  }
  const rejects = (async () => {
    throw new Error('hook')
  }) as () => void

  test.each([
    ['at once', fails],
    ['later', rejects],
  ])('%s', async (_, onEvent) => {
    const unhandled = vi.fn()
    process.on('unhandledRejection', unhandled)
    try {
      const clock = testClock()
      const service = createService(clock, { lagMs: 500 })
      service.next({ placed: false, answer: 429 }, { placed: true, answer: 'reset' })
      const { diga, posts } = setup(service.handler, { onEvent }, clock)
      const call = await clock.run(diga.calls.create(body))
      expect(call.id).toBe(service.calls[0]?.id)
      expect(await clock.run(diga.calls.get(call.id))).toEqual(call)
      expect(posts).toHaveLength(2)
      await clock.flush()
      expect(unhandled).not.toHaveBeenCalled()
    } finally {
      process.off('unhandledRejection', unhandled)
    }
  })
})

test('a client without a hook behaves in the same way', async () => {
  const clock = testClock()
  const service = createService(clock, { lagMs: 500 })
  service.next({ placed: false, answer: 429 }, { placed: true, answer: 'reset' })
  const { fetch, posts } = setup(service.handler, {}, clock)
  const diga = new Diga({ apiKey, fetch, clock })
  const call = await clock.run(diga.calls.create(body))
  expect(call.id).toBe(service.calls[0]?.id)
  expect(await clock.run(diga.calls.get(call.id))).toEqual(call)
  expect((await clock.run(diga.calls.list())).data).toEqual([call])
  expect(await clock.run(failureOf(diga.calls.get(uuid())))).toMatchObject({ status: 404 })
  expect(posts).toHaveLength(2)
})

test('a hook that creates with the same key gets the same call', async () => {
  let nested: Promise<unknown> | undefined
  const made = setup(() => json(201, callOf({ dynamic_variables: null })), {
    onEvent: ({ type }) => {
      if (type === 'request') nested ??= made.diga.calls.create(body, { idempotencyKey: 'one' })
    },
  })
  const call = await made.diga.calls.create(body, { idempotencyKey: 'one' })
  expect(await nested).toBe(call)
  expect(made.posts).toHaveLength(1)
})

describe('drift', () => {
  test('is not reported if everything is known', async () => {
    const made = answering(
      callOf({
        recording_url: null,
        start_time: null,
        end_time: null,
        duration: 3,
        end_reason: 'hangup',
        dynamic_variables: null,
      }),
    )
    await made.diga.calls.create(body)
    await made.diga.calls.get(id)
    expect(drift(made)).toEqual([])
  })

  test.each(['dialing', 'in_queue', 'in_progress', 'completed', 'failed', 'transferred', 'no_answer'])(
    'is none in the status %s',
    async (status) => {
      const made = answering(callOf({ status }))
      await made.diga.calls.create(body)
      expect(drift(made)).toEqual([])
    },
  )

  test('of a status is reported once', async () => {
    const made = answering(callOf({ status: 'ringing' }))
    for (let times = 0; times < 3; times++) {
      expect(await made.diga.calls.create(body)).toMatchObject({ status: 'ringing' })
    }
    await made.diga.calls.get(id)
    expect(drift(made)).toEqual([driftOf('unknown_status', 'ringing')])
  })

  test('of an end reason is reported once, and a guessed one is too', async () => {
    const reasons = ['abducted', 'constructor', 'call_error', 'abducted', null, '', undefined]
    const made = setup(({ path }) => {
      const end_reason = reasons[Number(path.slice(-1))]
      return json(200, callOf({ status: 'completed', ...(end_reason !== undefined && { end_reason }) }))
    })
    for (let last = 0; last < reasons.length; last++) {
      await made.diga.calls.get(`00000000-0000-4000-8000-00000000000${last}`)
    }
    expect(drift(made)).toEqual(
      ['abducted', 'constructor', 'call_error'].map((reason) => driftOf('unknown_end_reason', reason)),
    )
  })

  test.each([
    'user_hang_up',
    'hangup',
    'voicemail_left',
    'answering_machine_detected',
    'mailbox_unavailable',
    'ivr_no_answer',
    'ivr_unreachable',
  ])('does not include the end reason %s', async (end_reason) => {
    const made = answering(callOf({ status: 'completed', end_reason }))
    await made.diga.calls.get(id)
    expect(drift(made)).toEqual([])
  })

  test('of a field is reported once, and the field passes through', async () => {
    const made = answering({ ...callOf(), sentiment: 'good', cost: { cents: 12 } })
    expect(await made.diga.calls.create(body)).toMatchObject({ sentiment: 'good', cost: { cents: 12 } })
    await made.diga.calls.create(body)
    expect(drift(made)).toEqual([driftOf('unknown_field', 'sentiment'), driftOf('unknown_field', 'cost')])
  })

  test('of a missing field is reported once', async () => {
    const made = answering({ id })
    expect(await made.diga.calls.get(id)).toEqual({ id })
    await made.diga.calls.get(id)
    expect(drift(made)).toEqual(
      expect.arrayContaining(
        [
          'agent_id',
          'agent_version_id',
          'status',
          'type',
          'contact',
          'phone_register_id',
          'created_date',
        ].map((name) => driftOf('missing_field', name)),
      ),
    )
    expect(drift(made)).toHaveLength(7)
  })

  test("of a field's former name is reported once", async () => {
    const made = answering({ ...without(callOf(), 'phone_register_id'), phone_id: null })
    expect(await made.diga.calls.create(body)).toHaveProperty('phone_id', null)
    await made.diga.calls.create(body)
    expect(drift(made)).toEqual([driftOf('renamed_field', 'phone_register_id is phone_id')])
  })

  test('of a create that returns 200 is reported once', async () => {
    const made = answering(callOf(), 200)
    await made.diga.calls.create(body)
    await made.diga.calls.create(body)
    await made.diga.calls.get(id)
    expect(drift(made)).toEqual([driftOf('status_code', '200 instead of 201')])
  })

  test('is reported for a call that was looked up', async () => {
    const clock = testClock()
    const service = createService(clock)
    service.next({ placed: true, answer: 'reset' })
    const made = setup(
      async (request) => {
        const response = await service.handler(request)
        if (request.method === 'POST') return response
        const page = (await response.json()) as { data: Call[] }
        return json(
          200,
          { ...page, data: page.data.map((call) => ({ ...call, status: 'ringing' })) },
          {
            date: new Date(clock.now()).toUTCString(),
          },
        )
      },
      {},
      clock,
    )
    await clock.run(made.diga.calls.create(body))
    expect(drift(made)).toEqual([driftOf('unknown_status', 'ringing')])
  })

  test('is reported for lists, awaited or iterated', async () => {
    const page = { data: [callOf({ status: 'one' }), callOf({ status: 'two' })], has_more: false }
    const made = setup(() => json(200, page))
    await made.diga.calls.list()
    expect(drift(made)).toEqual([driftOf('unknown_status', 'one'), driftOf('unknown_status', 'two')])
    for await (const call of made.diga.calls.list()) expect(call).toBeDefined()
    expect(drift(made)).toHaveLength(2)
  })

  test('is not reported for an item without an id, which passes through', async () => {
    const made = setup(() => json(200, { data: [without(callOf(), 'id')], has_more: false }))
    expect((await made.diga.calls.list()).data).toHaveLength(1)
    expect(drift(made)).toEqual([])
  })

  test('is reported by each client', async () => {
    for (const made of [answering(callOf({ status: 'ringing' })), answering(callOf({ status: 'ringing' }))]) {
      await made.diga.calls.create(body)
      expect(drift(made)).toHaveLength(1)
    }
  })

  test('of a service that invents names is reported at most 1,000 times', async () => {
    const names = Array.from({ length: 2000 }, (_, at) => [`field_${at}`, at])
    const made = answering({ ...callOf(), ...Object.fromEntries(names) })
    await made.diga.calls.create(body)
    expect(drift(made).length).toBeLessThanOrEqual(1000)
  })

  test('masks a number in an unexpected position', async () => {
    const made = answering({ ...callOf({ status: `busy ${body.to_number}` }), [body.from_number]: true })
    await made.diga.calls.create(body)
    expect(drift(made)).toHaveLength(2)
  })
})
