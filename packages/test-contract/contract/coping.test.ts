/** Whether the client does about each change of a response exactly what `@digame/client/coping` says. */
import { DigaApiError, DigaInvalidCallError, DigaResponseError, hasEnded, outcomeOf } from '@digame/client'
import { copingWith } from '@digame/client/coping'
import { describe, expect, test } from 'vitest'
import { type Change, type Loose, responseChanges } from './coping-changes.ts'
import { all, call, end, failureOf, firstActive, id, openWorld, type World } from './coping-service.ts'

const once = { maxRetries: 0 }

/** The read of an operation that resolves with what the service sends. */
async function read(world: World, operation: Change['operation']): Promise<Loose> {
  const { diga, place } = world
  if (operation === 'placeCall') return place({ lookUp: false })
  if (operation === 'getCall') return diga.calls.get(id, once)
  if (operation === 'listCalls') return diga.calls.list({}, once)
  return operation === 'listMessages' ? diga.calls.messages(id, {}, once) : firstActive(world)
}

/** Everything in a list, from its beginning or from its end. */
const iterate = ({ diga }: World, operation: Change['operation'], query = {}): Promise<Loose[]> =>
  operation === 'listCalls' ? all(diga.calls.list(query, once)) : all(diga.calls.messages(id, query, once))

/** Whether the client refuses an id without sending it. */
const isRefused = async ({ diga }: World, callId: string): Promise<boolean> =>
  (await failureOf(new Promise((resolve) => resolve(diga.calls.get(callId, once))))) instanceof
  DigaInvalidCallError

/** Whether the outcome of a call is still right; the outcome of a new reason is `other`. */
const isOutcomeKnown = (one: Loose): boolean =>
  outcomeOf(one) === outcomeOf(call) || (typeof one.end_reason === 'string' && outcomeOf(one) === 'other')

const sameAs = (one: unknown, other: unknown): boolean => JSON.stringify(one) === JSON.stringify(other)

/** Whether a program that does all there is to do with an operation goes on working. */
async function works(change: Change): Promise<boolean> {
  const { operation, status } = change
  const world = openWorld(change)
  const result = await read(world, operation).catch((error: unknown) => error)
  const body = world.served(operation)
  const expected = change.apply({ status, type: undefined, body: undefined }).status
  // A stream that fails for a moment is opened again.
  if (expected >= 300 && result === undefined)
    return operation === 'streamConcurrency' && world.seen.length > 1
  if (expected >= 300) return result instanceof DigaApiError && result.status === expected
  if (operation === 'streamConcurrency') return result === 3
  if (!sameAs(result, body)) return false
  if (operation === 'placeCall') return !(await isRefused(world, result.id))
  if (operation === 'getCall')
    return (
      !(await isRefused(world, result.id)) &&
      isOutcomeKnown(result) &&
      sameAs(await world.diga.calls.wait(id, once), body)
    )
  const items = [0, 1].flatMap((index) => world.served(operation, index as 0 | 1).data)
  if (!sameAs(await iterate(world, operation), items)) return false
  if (!sameAs(await iterate(world, operation, { before: end }), items)) return false
  if (operation === 'listMessages') return true
  const found = await world.find()
  const [, ours] = items
  return (
    found.result === 'found' &&
    sameAs(found.call, ours) &&
    isOutcomeKnown(ours) &&
    !(await isRefused(world, ours.id))
  )
}

type Check = (world: World, change: Change) => Promise<unknown>

const nothingMore: Check = async () => {}

/** What each statement says beyond that the client copes, or does not. */
const checks: Readonly<Record<string, Check>> = {
  'Passes through what arrives.': nothingMore,
  'Accepts any 2xx as a success.': nothingMore,
  'Reads events, whatever the content type.': nothingMore,
  'Reads JSON, whatever the content type.': nothingMore,
  async 'Throws a DigaApiError by the status alone, without the fields that the body lacks.'(
    world,
    { operation, status, apply },
  ) {
    const sent = apply({ status, type: undefined, body: undefined }).status
    const error = await failureOf(read(world, operation))
    expect(error).toMatchObject({ name: 'DigaApiError', status: sent })
    if (operation === 'placeCall') expect(['no', 'maybe']).toContain(error.placed)
  },
  async 'Connects again after a pause.'(world) {
    expect(await firstActive(world)).toBeUndefined()
    expect(world.seen.length).toBeGreaterThan(1)
  },
  async 'Finds no events there, and connects again.'(world) {
    expect(await firstActive(world)).toBeUndefined()
    expect(world.seen.length).toBeGreaterThan(1)
  },
  async 'Looks the call up by its key; if that fails, throws a DigaResponseError with placed "maybe".'(
    world,
    change,
  ) {
    expect(await world.place()).toEqual(call)
    expect(world.events.map(({ type }) => type)).toContain('recovered')
    const error = await failureOf(openWorld(change).place({ lookUp: false }))
    expect(error).toBeInstanceOf(DigaResponseError)
    expect(error.placed).toBe('maybe')
  },
  async 'Throws a DigaResponseError.'(world, { operation }) {
    expect(await failureOf(read(world, operation))).toBeInstanceOf(DigaResponseError)
    if (operation === 'getCall') return
    expect(await failureOf(iterate(world, operation))).toBeInstanceOf(DigaResponseError)
    if (operation === 'listCalls')
      expect(await world.find()).toMatchObject({ result: 'unknown', reason: 'list_failed' })
  },
  'Reads on until a page brings nothing new.': nothingMore,
  async 'Reads on until a page brings nothing new; a look-up may end as unknown instead of absent.'({
    diga,
  }) {
    const found = await diga.calls.find({
      idempotencyKey: 'no-such-key',
      sentAt: new Date('2026-07-22T10:00:00Z'),
    })
    expect(found).toMatchObject({ result: 'unknown', reason: 'cut_short' })
  },
  async 'Takes the ids of the items as cursors.'(world, { operation }) {
    await iterate(world, operation)
    await iterate(world, operation, { before: end })
    const { data } = world.served(operation)
    const cursors = world.seen.map(({ query }) => query.get('after') ?? query.get('before'))
    expect(cursors.filter((one) => one === data[0].id)).toHaveLength(2)
  },
  async 'Sends it back as the cursor, as it is.'(world, { operation }) {
    await iterate(world, operation)
    await iterate(world, operation, { before: end })
    const { first_id, last_id } = world.served(operation)
    const cursors = world.seen.map(({ query }) => query.get('after') ?? query.get('before'))
    expect(cursors).toEqual(expect.arrayContaining([String(first_id), String(last_id)]))
  },
  async 'Returns the page, but cannot send the cursor back.'(world, { operation }) {
    expect(await read(world, operation)).toEqual(world.served(operation))
    const both = [await iterate(world, operation), await iterate(world, operation, { before: end })]
    expect(both.map((items) => items.length)).toContain(1)
  },
  async 'Returns the call, but reads and follows only ids that are UUIDs.'(world, { operation }) {
    const result =
      operation === 'listCalls' ? (await read(world, operation)).data[0] : await read(world, operation)
    expect(await isRefused(world, result.id)).toBe(true)
    expect(() => world.diga.calls.watch(result.id)).toThrow(DigaInvalidCallError)
  },
  async 'Returns the page; a look-up that meets a call without an id ends as unknown.'(world, { operation }) {
    expect(await read(world, operation)).toEqual(world.served(operation))
    expect(await iterate(world, operation)).toHaveLength(2)
    expect(await world.find()).toMatchObject({ result: 'unknown', reason: 'list_failed' })
  },
  async 'Passes through what arrives, and reads from end_time and end_reason whether the call has ended.'(
    world,
    { operation },
  ) {
    const result = await read(world, operation)
    const one = operation === 'listCalls' ? result.data[0] : result
    const at = '2026-07-22T10:00:49Z'
    expect(hasEnded({ ...one, end_time: at, end_reason: null })).toBe(true)
    expect(hasEnded({ ...one, end_time: null, end_reason: 'hangup' })).toBe(true)
    expect(hasEnded({ ...one, end_time: null, end_reason: null })).toBe(false)
  },
  async 'Returns the call; outcomeOf cannot tell how it went.'(world, { operation }) {
    const result = await read(world, operation)
    const one = operation === 'listCalls' ? result.data[0] : result
    expect(hasEnded(one)).toBe(true)
    expect(['completed', 'other']).toContain(outcomeOf(one))
  },
  async 'Returns the calls; a look-up does not recognise its own call, and returns it as a candidate.'(
    world,
    { operation },
  ) {
    expect(await read(world, operation)).toEqual(world.served(operation))
    const { result, candidates } = await world.find()
    expect(result).toBe('absent')
    expect(candidates).toContainEqual(world.served(operation, 1).data[0])
  },
  async 'Passes through what arrives; a look-up finds the call by its key, and may name fewer candidates.'(
    world,
  ) {
    expect(await world.find()).toMatchObject({ result: 'found' })
  },
  async 'Passes through what arrives; a look-up that cannot tell how old a call is reads on.'(world) {
    expect(await world.find()).toMatchObject({ result: 'found' })
    expect(world.seen).toHaveLength(2)
  },
  async 'Passes the call through; onEvent reports the missing field, or its older name phone_id.'(
    world,
    change,
  ) {
    await read(world, change.operation)
    expect(world.events).toContainEqual({ type: 'drift', kind: 'missing_field', detail: 'phone_register_id' })
    const renamed = openWorld({ ...change, apply: (before) => withPhoneId(change.apply(before)) })
    await read(renamed, change.operation)
    const detail = 'phone_register_id is phone_id'
    expect(renamed.events).toContainEqual({ type: 'drift', kind: 'renamed_field', detail })
  },
}

function withPhoneId(response: Loose): Loose {
  const { body } = response
  const add = (one: Loose): Loose => ({ ...one, phone_id: id })
  return { ...response, body: body.data ? { ...body, data: body.data.map(add) } : add(body) }
}

const used = new Set<string>()
const operations = [...new Set(responseChanges.map(({ operation }) => operation))]

describe.each(operations)('%s', (operation) => {
  const changes = responseChanges.filter((one) => one.operation === operation)
  test.for(changes.map((change) => [change.name, change] as const))('%s', async ([, change]) => {
    const differences = change.differences()
    expect(differences).not.toEqual([])
    const statements = differences.map(copingWith)
    expect(statements.every(({ clientCopes }) => clientCopes)).toBe(await works(change))
    for (const { client } of statements) {
      used.add(client)
      const check = checks[client]
      if (!check) throw new Error(`No test checks the statement ${JSON.stringify(client)}`)
      await check(openWorld(change), change)
    }
  })
})

describe('the statements', () => {
  test('that are checked are all made', () => {
    expect([...used].sort()).toEqual(Object.keys(checks).sort())
  })
})
