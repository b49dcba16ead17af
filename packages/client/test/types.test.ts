import type {
  Call,
  CallRequest,
  CreateOptions,
  DigaErrorFields,
  DigaEvent,
  DigaOptions,
  Fetch,
  Found,
  Message,
  Page,
  Placed,
} from '@digame/client'
import {
  Diga,
  DigaAbortError,
  DigaApiError,
  DigaConfigError,
  DigaConnectionError,
  DigaError,
  DigaInvalidCallError,
  DigaResponseError,
  DigaTimeoutError,
} from '@digame/client'
import type { Mock } from '@digame/mock'
import { describe, expect, expectTypeOf, test } from 'vitest'
import { body, from, setup, to } from './support/client.ts'

/** Judged by the compiler; never run. */
const compiled = (_: (diga: Diga) => unknown): void => {}

describe('typos do not compile', () => {
  test('in the body', () => {
    compiled((diga) =>
      diga.calls.create({
        from_number: from,
        to_number: to,
        // @ts-expect-error
        agent_verison_id: null,
      }),
    )
    compiled((diga) =>
      diga.calls.create({
        from_number: from,
        // @ts-expect-error
        to: to,
      }),
    )
    // @ts-expect-error
    compiled((diga) => diga.calls.create({ from_number: from }))
    // @ts-expect-error
    compiled((diga) => diga.calls.create({ ...body, to_number: 34612345678 }))
    // @ts-expect-error
    compiled((diga) => diga.calls.create({ ...body, dynamic_variables: 'Ana' }))
  })

  test('in the options of a create', () => {
    // @ts-expect-error
    compiled((diga) => diga.calls.create(body, { idempotencykey: 'one' }))
    // @ts-expect-error
    compiled((diga) => diga.calls.create(body, { singal: AbortSignal.abort() }))
    // @ts-expect-error
    compiled((diga) => diga.calls.create(body, { notAfter: Date.now() }))
    // @ts-expect-error
    compiled((diga) => diga.calls.create(body, { lookup: false }))
    // @ts-expect-error
    compiled((diga) => diga.calls.create(body, { headers: { 'x-team': 3 } }))
    compiled((diga) =>
      diga.calls.create(body, { idempotencyKey: 'one', notAfter: new Date(), lookUp: false }),
    )
  })

  test('in other options and queries', () => {
    // @ts-expect-error
    compiled(() => new Diga({ apikey: 'x' }))
    // @ts-expect-error
    compiled((diga) => diga.calls.list({ limits: 3 }))
    // @ts-expect-error
    compiled((diga) => diga.calls.list({ order: 'down' }))
    // @ts-expect-error
    compiled((diga) => diga.calls.messages('x', { status: 'dialing' }))
    // @ts-expect-error
    compiled((diga) => diga.calls.wait('x', { deadline: 3 }))
    // @ts-expect-error
    compiled((diga) => diga.calls.find({ idempotencyKey: 'one' }))
    // @ts-expect-error
    compiled((diga) => diga.calls.concurrency({ maxRetries: 3 }))
    // @ts-expect-error
    compiled((diga) => diga.raw.GET('/v1/calls/'))
  })

  test('in how you use the results', () => {
    // @ts-expect-error
    compiled(async (diga) => (await diga.calls.create(body)).agent)
    // @ts-expect-error
    compiled(async (diga) => (await diga.calls.list()).items)
  })
})

describe('the types', () => {
  test('of a call are open where the service may say something new', () => {
    expectTypeOf<'evaporated'>().toExtend<Call['status']>()
    expectTypeOf<'dialing'>().toExtend<Call['status']>()
    expectTypeOf<'abducted'>().toExtend<NonNullable<Call['end_reason']>>()
    expectTypeOf<'sideways'>().toExtend<Call['type']>()
    expectTypeOf<'fax'>().toExtend<Call['contact']['contact_type']>()
    expectTypeOf<'narrator'>().toExtend<Message['role']>()
    expectTypeOf<Call['status']>().toExtend<string>()
    compiled((diga) => diga.calls.list({ status: 'evaporated', type: 'sideways' }))
  })

  test("of results are the client's", () => {
    compiled((diga) => {
      expectTypeOf(diga.calls.create(body)).resolves.toEqualTypeOf<Call>()
      expectTypeOf(diga.calls.get('x')).resolves.toEqualTypeOf<Call>()
      expectTypeOf(diga.calls.wait('x')).resolves.toEqualTypeOf<Call>()
      expectTypeOf(
        diga.calls.find({ idempotencyKey: 'x', sentAt: new Date() }),
      ).resolves.toEqualTypeOf<Found>()
      expectTypeOf(diga.calls.list()).toExtend<PromiseLike<Page<Call>>>()
      expectTypeOf(diga.calls.list()).toExtend<AsyncIterable<Call>>()
      expectTypeOf(diga.calls.messages('x')).toExtend<AsyncIterable<Message>>()
      expectTypeOf(diga.calls.watch('x')).toEqualTypeOf<AsyncIterable<Call>>()
      expectTypeOf(diga.calls.concurrency()).toEqualTypeOf<AsyncIterable<number>>()
    })
    expectTypeOf<CallRequest['to_number']>().toEqualTypeOf<string>()
    expectTypeOf<CreateOptions['notAfter']>().toEqualTypeOf<Date | undefined>()
    expectTypeOf<DigaEvent['type']>().toEqualTypeOf<
      'request' | 'response' | 'retry' | 'looking_up' | 'recovered' | 'drift'
    >()
  })

  test('of errors list their fields', () => {
    expectTypeOf<DigaError['placed']>().toEqualTypeOf<Placed | undefined>()
    expectTypeOf<Placed>().toEqualTypeOf<'no' | 'maybe'>()
    expectTypeOf<DigaApiError['status']>().toEqualTypeOf<number>()
    expectTypeOf<DigaAbortError['name']>().toEqualTypeOf<'DigaAbortError'>()
    expectTypeOf<DigaTimeoutError>().toExtend<DigaError>()
    expectTypeOf<DigaErrorFields['code']>().toEqualTypeOf<string>()
  })

  test('of fetch fit the runtime and the mock', () => {
    expectTypeOf<typeof globalThis.fetch>().toExtend<Fetch>()
    expectTypeOf<Mock['fetch']>().toExtend<NonNullable<DigaOptions['fetch']>>()
  })
})

describe('every error', () => {
  const types = {
    DigaAbortError,
    DigaApiError,
    DigaConfigError,
    DigaConnectionError,
    DigaInvalidCallError,
    DigaResponseError,
    DigaTimeoutError,
  }

  test.each(Object.entries(types))('%s has its own name, a code, and a cause', (name, Type) => {
    const cause = new Error('why')
    const error = new Type('what', { code: 'CODE', cause, status: 500, placed: 'maybe', requestId: 'r' })
    expect(error).toBeInstanceOf(DigaError)
    expect(error).toBeInstanceOf(Error)
    expect(error).toMatchObject({ name, code: 'CODE', cause, status: 500, placed: 'maybe', requestId: 'r' })
    expect(String(error)).toBe(`${name}: what`)
    expect(new Type('what', { code: 'CODE' })).not.toHaveProperty('cause')
  })
})

test('a client can be taken apart', async () => {
  const { diga } = setup(() => Response.json({ id: 'a', status: 'dialing', agent_id: 'b' }, { status: 201 }))
  const { create } = diga.calls
  expect(await create(body)).toEqual({ id: 'a', status: 'dialing', agent_id: 'b' })
})
