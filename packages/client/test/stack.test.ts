/** An error of `calls.create` leads to the line that called it. */
import { channel } from 'node:diagnostics_channel'
import type { Diga } from '@digame/client'
import { describe, expect, test } from 'vitest'
import { body, type Handler, json, reset, setup, silence } from './support/client.ts'

type Options = Parameters<Diga['calls']['create']>[1]

async function callTheClinic(diga: Diga, options: Options): Promise<unknown> {
  return await diga.calls.create(body, options)
}

async function callTheClinicAgain(diga: Diga, options: Options): Promise<unknown> {
  return await diga.calls.create(body, options)
}

const failed = (promise: Promise<unknown>): Promise<Error> =>
  promise.then(
    () => expect.unreachable(),
    (error: Error) => error,
  )

const one = { idempotencyKey: 'one' }
const live = (): AbortSignal => new AbortController().signal

const refuse: Handler = () => json(400, {})
const lose: Handler = ({ method }) => {
  if (method === 'POST') throw reset()
  return json(200, { data: [], has_more: false }, { date: new Date().toUTCString() })
}

describe('the stack of an error names the function that called create', () => {
  test.each<[what: string, handler: Handler, options: Options]>([
    ['refused, without a signal', refuse, one],
    ['refused, with a signal', refuse, { ...one, signal: live() }],
    ['in doubt and looked up', lose, one],
    ['in doubt and looked up, with a signal', lose, { ...one, signal: live() }],
    ['in doubt and not looked up', lose, { ...one, lookUp: false }],
    ['invalid', refuse, { idempotencyKey: 'not valid' }],
    ['aborted before', refuse, { ...one, signal: AbortSignal.abort() }],
  ])('%s', async (_, handler, options) => {
    const { diga, clock } = setup(handler)
    const error = await clock.run(failed(callTheClinic(diga, options)))
    expect(error.stack).toContain('callTheClinic ')
  })

  test.each<[what: string, options: Options]>([
    ['without a signal', one],
    ['with signals', { ...one, signal: live() }],
  ])('both callers of one key, %s', async (_, options) => {
    const { diga, clock } = setup(refuse)
    const errors = [failed(callTheClinic(diga, options)), failed(callTheClinicAgain(diga, options))]
    const [first, second] = await clock.run(Promise.all(errors))
    expect(first?.stack).toContain('callTheClinic ')
    expect(second?.stack).toContain('callTheClinicAgain ')
    expect(second).not.toBe(first)
  })

  test.each<[what: string, options: Options]>([
    ['looked up', one],
    ['not looked up', { ...one, lookUp: false }],
  ])('the second caller of a key in doubt, %s', async (_, options) => {
    const { diga, clock } = setup(lose)
    await clock.run(failed(callTheClinic(diga, { ...one, lookUp: false })))
    const error = await clock.run(failed(callTheClinicAgain(diga, options)))
    expect(error.stack).toContain('callTheClinicAgain ')
  })

  test('aborted, alone and while another waits', async () => {
    const { diga, clock } = setup((request) => silence(request))
    const [first, second] = [new AbortController(), new AbortController()]
    const waiting = failed(callTheClinic(diga, { ...one, signal: first.signal }))
    const joined = failed(callTheClinicAgain(diga, { ...one, signal: second.signal }))
    await clock.flush()
    second.abort()
    expect((await joined).stack).toContain('callTheClinicAgain ')
    first.abort()
    expect((await waiting).stack).toContain('callTheClinic ')
  })

  test('traced', async () => {
    const start = channel('tracing:digame:call:start')
    const ignore = (): void => {}
    start.subscribe(ignore)
    const { diga, clock } = setup(refuse)
    const error = await clock.run(failed(callTheClinic(diga, one)))
    start.unsubscribe(ignore)
    expect(error.stack).toContain('callTheClinic ')
  })
})
