import { tracingChannel } from 'node:diagnostics_channel'
import { afterEach, expect, test } from 'vitest'
import { body, failureOf, json, setup, to } from './support/client.ts'

const channel = tracingChannel<string, Record<string, unknown>>('digame:call')
const told: [string, Record<string, unknown>][] = []
const hear =
  (name: string) =>
  (context: Record<string, unknown>): void =>
    void told.push([name, { ...context }])
const subscribers = {
  start: hear('start'),
  end: hear('end'),
  asyncStart: hear('asyncStart'),
  asyncEnd: hear('asyncEnd'),
  error: hear('error'),
}
afterEach(() => {
  channel.unsubscribe(subscribers)
  told.length = 0
})

const id = '7c3b2c1e-6a53-4b0f-8f4e-2d9a0f6c1a01'

test("a create is one span, which has the call's id but no number", async () => {
  channel.subscribe(subscribers)
  const { diga } = setup(() => json(201, { id, status: 'dialing', contact: { identifier: to } }))
  const call = await diga.calls.create(body, { idempotencyKey: 'lead-1' })
  expect(call.contact.identifier).toBe(to)
  expect(told.map(([name]) => name)).toEqual(['start', 'end', 'asyncStart', 'asyncEnd'])
  expect(told.at(-1)?.[1]).toEqual({ idempotencyKey: 'lead-1', result: { id, status: 'dialing' } })
  expect(JSON.stringify(told)).not.toContain(to)
})

test('a create that fails reports its error', async () => {
  channel.subscribe(subscribers)
  const { diga } = setup(() => json(401, {}))
  const error = await failureOf(diga.calls.create(body))
  expect(told.find(([name]) => name === 'error')?.[1]['error']).toStrictEqual(error)
})

test('a subscriber that creates the same call gets it', async () => {
  const { diga, posts } = setup(() => json(201, { id, status: 'dialing', agent_id: 'b' }))
  const options = { idempotencyKey: 'lead-1' }
  let again: Promise<unknown> | undefined
  const nested = {
    ...subscribers,
    start: () => {
      again = diga.calls.create(body, options)
    },
  }
  channel.subscribe(nested)
  try {
    const call = await diga.calls.create(body, options)
    expect(await again).toBe(call)
    expect(posts).toHaveLength(1)
  } finally {
    channel.unsubscribe(nested)
  }
})

test('a create that joins another makes no second span', async () => {
  channel.subscribe(subscribers)
  const { diga } = setup(() => json(201, { id, status: 'dialing', agent_id: 'b' }))
  const options = { idempotencyKey: 'lead-1' }
  await Promise.all([diga.calls.create(body, options), diga.calls.create(body, options)])
  expect(told.filter(([name]) => name === 'start')).toHaveLength(1)
})
