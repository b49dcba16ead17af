import { createMock, type MockOptions } from '@digame/mock'
import { createTestClock } from '@digame/test-support'
import { describe, expect, it } from 'vitest'
import { direct, get, noon, place, read } from './http.ts'

const at = (seconds: number) => new Date(noon + seconds * 1000).toISOString()

async function mocked(options: MockOptions = {}) {
  const clock = createTestClock({ start: noon })
  return { clock, mock: await createMock({ clock, ...options }) }
}

/** Reads a call every second until it has ended; resolves with its statuses, in order. */
async function collectStatuses({ clock, mock }: Awaited<ReturnType<typeof mocked>>, id: string) {
  const seen: string[] = []
  for (let second = 0; second < 100; second++) {
    const { status, end_time } = await read(mock, id)
    if (seen.at(-1) !== status) seen.push(status)
    if (end_time) break
    await clock.advance(1000)
  }
  return seen
}

describe('an answered call', () => {
  it('begins to dial, without times or a recording', async () => {
    const { mock } = await mocked()
    expect(await place(mock, { dynamic_variables: { name: 'Ana', n: 3 } })).toMatchObject({
      status: 'dialing',
      type: 'outbound',
      created_date: at(0),
      contact: { identifier: '+34612345678', contact_type: 'call' },
      recording_url: null,
      start_time: null,
      end_time: null,
      duration: null,
      end_reason: null,
      dynamic_variables: { name: 'Ana', n: 3 },
    })
  })

  it('rings, talks and completes', async () => {
    const world = await mocked()
    const { id } = await place(world.mock)
    expect(await collectStatuses(world, id)).toEqual(['dialing', 'in_progress', 'completed'])
    const call = await read(world.mock, id)
    expect(call.recording_url).toBe(`https://recordings.example/${id}.mp3`)
    expect(call.end_reason).toMatch(/^(user_hang_up|hangup)$/)
    const talked = Date.parse(call.end_time ?? '') - Date.parse(call.start_time ?? '')
    expect(call.duration).toBe(talked / 1000)
    expect(call.duration).toBeGreaterThanOrEqual(20)
    expect(Date.parse(call.end_time ?? '') - noon).toBeLessThanOrEqual(70_000)
  })

  it('changes at the time when it was due, however late it is read', async () => {
    const early = await mocked()
    const late = await mocked()
    const { id } = await place(early.mock)
    await place(late.mock)
    await collectStatuses(early, id)
    await late.clock.advance(3_600_000)
    expect(await read(late.mock, id)).toEqual(await read(early.mock, id))
  })

  it('needs no timer', async () => {
    const { clock, mock } = await mocked()
    await place(mock)
    expect(clock.pending).toBe(0)
  })
})

const endings = {
  '+34612345678': { seed: ['completed', /^(user_hang_up|hangup)$/], new: /^(user_hang_up|hangup)$/ },
  '+34500000001': { seed: ['no_answer', null], new: /^user_did_not_answer$/ },
  '+34500000002': { seed: ['failed', null], new: /^call_error$/ },
  '+34500000006': { seed: ['failed', null], new: /^concurrency_limit_reached$/ },
  '+34500000003': { seed: ['transferred', /^hangup$/], new: /^transferred$/ },
  '+34500000004': { seed: ['completed', /^voicemail_left$/], new: /^voicemail_left$/ },
} as const

describe('endings', () => {
  const unanswered = ['+34500000001', '+34500000002', '+34500000006']

  it.each(Object.entries(endings))('of %s in the vocabulary seed', async (to_number, { seed }) => {
    const { clock, mock } = await mocked()
    const { id } = await place(mock, { to_number })
    await clock.advance(120_000)
    const call = await read(mock, id)
    expect(call.status).toBe(seed[0])
    if (seed[1] === null) expect(call.end_reason).toBeNull()
    else expect(call.end_reason).toMatch(seed[1])
  })

  it.each(Object.entries(endings))('of %s in the vocabulary 2026-07', async (to_number, expected) => {
    const { clock, mock } = await mocked({ vocabulary: '2026-07' })
    const { id } = await place(mock, { to_number })
    await clock.advance(120_000)
    const call = await read(mock, id)
    expect(call.status).toBe('completed')
    expect(call.end_reason).toMatch(expected.new)
  })

  it.each(unanswered)('of %s have no talk', async (to_number) => {
    const world = await mocked()
    const { id } = await place(world.mock, { to_number })
    expect(await collectStatuses(world, id)).not.toContain('in_progress')
    const call = await read(world.mock, id)
    expect(call).toMatchObject({ start_time: null, recording_url: null, duration: 0 })
    expect(call.end_time).not.toBeNull()
  })
})

describe('end reasons', () => {
  it.each(['seed', '2026-07'] as const)('can be unknown for every ending (%s)', async (vocabulary) => {
    const { clock, mock } = await mocked({ vocabulary, endReasons: 'unknown' })
    const known = await mocked({ vocabulary })
    for (const to_number of Object.keys(endings)) {
      expect(await place(mock, { to_number })).toMatchObject({ end_reason: null })
      await place(known.mock, { to_number })
    }
    await clock.advance(120_000)
    await known.clock.advance(120_000)
    const reasons = mock.calls.map(({ end_reason }) => end_reason)
    for (const reason of reasons) expect(reason).toMatch(/^unheard_of_\w+$/)
    expect(new Set(reasons).size).toBe(reasons.length)
    const rest = (call: object) => ({ ...call, end_reason: null })
    expect(mock.calls.map(rest)).toEqual(known.mock.calls.map(rest))
  })
})

describe('a call over the limit', () => {
  it('to 006 ends after a second, and the next one is answered', async () => {
    const world = await mocked({ vocabulary: '2026-07' })
    const { id } = await place(world.mock, { to_number: '+34500000006' })
    expect(await collectStatuses(world, id)).toEqual(['in_queue', 'completed'])
    expect(await read(world.mock, id)).toMatchObject({ end_time: at(1), start_time: null, duration: 0 })
    for (const status of ['in_progress', 'completed']) {
      const next = await place(world.mock, { to_number: '+34500000006' })
      expect((await collectStatuses(world, next.id)).at(-2)).toBe(
        status === 'completed' ? 'in_queue' : status,
      )
    }
  })

  it('holds no slot', async () => {
    const { clock, mock } = await mocked({ maxConcurrent: 1 })
    await place(mock, { to_number: '+34500000006' })
    const { id, status } = await place(mock)
    expect(status).toBe('dialing')
    await clock.advance(2000)
    expect((await read(mock, id)).status).toBe('dialing')
    expect((await place(mock)).status).toBe('in_queue')
  })

  it('ends without dialling if overLimit says so', async () => {
    const { clock, mock } = await mocked({ vocabulary: '2026-07', maxConcurrent: 1, overLimit: 'end' })
    const first = await place(mock)
    const second = await place(mock)
    await clock.advance(1000)
    expect(await read(mock, second.id)).toMatchObject({
      status: 'completed',
      start_time: null,
      end_reason: 'concurrency_limit_reached',
    })
    await clock.advance(120_000)
    expect(await read(mock, first.id)).toMatchObject({ status: 'completed', start_time: expect.any(String) })
    expect((await place(mock)).status).toBe('dialing')
  })
})

describe('the queue', () => {
  it('holds a call to 005, which then completes', async () => {
    const world = await mocked()
    const { id, status } = await place(world.mock, { to_number: '+34500000005' })
    expect(status).toBe('in_queue')
    expect(await collectStatuses(world, id)).toEqual(['in_queue', 'dialing', 'in_progress', 'completed'])
  })

  it('holds calls above maxConcurrent until a slot is free', async () => {
    const { clock, mock } = await mocked({ maxConcurrent: 2 })
    const placed = [await place(mock), await place(mock), await place(mock), await place(mock)]
    expect(placed.map(({ status }) => status)).toEqual(['dialing', 'dialing', 'in_queue', 'in_queue'])
    const now = () => mock.calls.map(({ status }) => status)
    while (!now().slice(0, 2).includes('completed')) await clock.advance(1000)
    expect(now().filter((status) => status === 'dialing' || status === 'in_progress')).toHaveLength(2)
    expect(now()[2]).toBe('dialing')
    expect(now()[3]).toBe('in_queue')
    await clock.advance(300_000)
    expect(now()).toEqual(Array(4).fill('completed'))
  })

  it('leaves a free slot to others while a call to 005 waits', async () => {
    const { mock } = await mocked({ maxConcurrent: 1 })
    await place(mock, { to_number: '+34500000005' })
    expect((await place(mock)).status).toBe('dialing')
  })
})

describe('speed', () => {
  it('shortens ringing and talking', async () => {
    const { clock, mock } = await mocked({ speed: 10 })
    const { id } = await place(mock)
    await clock.advance(7000)
    const call = await read(mock, id)
    expect(call.status).toBe('completed')
    const talked = Date.parse(call.end_time ?? '') - Date.parse(call.start_time ?? '')
    expect(talked).toBeLessThanOrEqual(6000)
    expect(call.duration).toBe(Math.ceil(talked / 1000))
  })
})

describe('a seed', () => {
  const life = async (seed: number) => {
    const { clock, mock } = await mocked({ seed })
    for (let i = 0; i < 5; i++) await place(mock)
    await clock.advance(120_000)
    return [...mock.calls]
  }

  it('decides ids and durations', async () => {
    expect(await life(7)).toEqual(await life(7))
    const ids = new Set([...(await life(7)), ...(await life(8))].map(({ id }) => id))
    expect(ids.size).toBe(10)
  })

  it('makes uuids of version 4', async () => {
    const { mock } = await mocked()
    for (let i = 0; i < 200; i++) await place(mock)
    const uuid = /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/
    for (const { id, agent_id, agent_version_id, phone_register_id, contact } of mock.calls) {
      for (const one of [id, agent_id, agent_version_id, phone_register_id, contact.id])
        expect(one).toMatch(uuid)
    }
    expect(new Set(mock.calls.map(({ id }) => id)).size).toBe(200)
  })
})

describe('identities', () => {
  it('are the same for the same numbers', async () => {
    const { mock } = await mocked()
    const [one, two, other] = [
      await place(mock),
      await place(mock),
      await place(mock, { to_number: '+34687654321', from_number: '+34910000002' }),
    ]
    expect(two.contact).toEqual(one.contact)
    expect(two.agent_id).toBe(one.agent_id)
    expect(other.contact.id).not.toBe(one.contact.id)
    expect(other.phone_register_id).not.toBe(one.phone_register_id)
  })

  it('include the agent version and the number id of the request', async () => {
    const { mock } = await mocked()
    const agent_version_id = '5f0f2d64-5a0e-4c39-9c1e-7a2a4d1f3b10'
    const from_number = '9d1e4f60-8b7a-4c2d-a3e5-6f708192a3b4'
    const call = await place(mock, { agent_version_id, from_number })
    expect(call).toMatchObject({ agent_version_id, phone_register_id: from_number })
  })

  it('of a number are its own, every time', async () => {
    const { mock } = await mocked()
    const [first, other, again] = [
      await place(mock),
      await place(mock, { from_number: '+34910000002' }),
      await place(mock),
    ]
    const ids = ({ agent_id, agent_version_id, phone_register_id }: typeof first) => [
      agent_id,
      agent_version_id,
      phone_register_id,
    ]
    expect(ids(again)).toEqual(ids(first))
    for (const [index, id] of ids(other).entries()) expect(id).not.toBe(ids(first)[index])
  })

  it('of a number can be used in its place', async () => {
    const { mock } = await mocked({ numbers: ['+34910000001'] })
    const { phone_register_id } = await place(mock)
    const again = await place(mock, { from_number: phone_register_id })
    expect(again.phone_register_id).toBe(phone_register_id)
  })
})

describe('keepCalls', () => {
  it('drops the first call to have ended, never a live one', async () => {
    const { clock, mock } = await mocked({ keepCalls: 2 })
    const old = [await place(mock), await place(mock), await place(mock)]
    await clock.advance(120_000)
    const live = await place(mock)
    expect(mock.calls).toHaveLength(3)
    expect(mock.calls.at(-1)?.id).toBe(live.id)
    expect(mock.counts.placed).toBe(4)
    const gone = old.filter(({ id }) => !mock.calls.some((call) => call.id === id))
    expect(gone).toHaveLength(1)
    const response = await get(direct(mock), `/v1/call/${gone[0]?.id}`)
    expect(await response.json()).toMatchObject({ error_code: 'CALL_NOT_FOUND' })
  })
})
