import { DigaApiError } from '@digame/client'
import { describe, expect, test } from 'vitest'
import { body, failureOf, setup } from './support/client.ts'

/** The rule, written out: these prove that no call was made, and nothing else does. */
const refusals = [
  307, 308, 400, 401, 402, 403, 404, 405, 406, 407, 410, 411, 412, 413, 414, 415, 417, 421, 422, 426, 428,
  429, 431,
]

const statuses = Array.from({ length: 400 }, (_, index) => index + 200).filter((status) => status >= 300)

/** A Response of any status, also of those that its constructor does not make. */
function answer(status: number, text: string): Response {
  const response = new Response(text, { headers: { 'content-type': 'text/html' } })
  return Object.defineProperties(response, { status: { value: status }, ok: { value: false } })
}

const bodies = [
  '<html><h1>Bad</h1></html>',
  '',
  JSON.stringify({ status: 'error', error_code: 'OOPS', message: 'Something happened' }),
  // A refusal counts as one even if its body looks like a call.
  JSON.stringify({ id: '9d1e4f60-8b7a-4c2d-a3e5-6f708192a3b4', status: 'dialing' }),
]

describe('a status other than a success', () => {
  test.each(statuses)('%i', async (status) => {
    for (const text of bodies) {
      const { diga, posts } = setup(() => answer(status, text), { maxRetries: 0 })
      const error = await failureOf(diga.calls.create(body, { idempotencyKey: 'one', lookUp: false }))
      expect(error).toBeInstanceOf(DigaApiError)
      expect(error).toMatchObject({
        name: 'DigaApiError',
        code: text.includes('OOPS') ? 'OOPS' : `HTTP_${status}`,
        status,
        placed: refusals.includes(status) ? 'no' : 'maybe',
        idempotencyKey: 'one',
        sentAt: expect.any(Date),
        issues: [],
      })
      expect(error.message).toMatch(new RegExp(`^POST /v1/call/ returned ${status}\\b`))
      expect(error.message.includes('a call may have been placed')).toBe(error.placed === 'maybe')
      expect(posts).toHaveLength(1)
    }
  })

  test.each([100, 102, 103, 199, 600, 999, 0])('%i, which is outside the standard', async (status) => {
    const { diga } = setup(() => answer(status, ''))
    expect(await failureOf(diga.calls.create(body, { lookUp: false }))).toMatchObject({
      status,
      placed: 'maybe',
    })
  })
})

describe('a success without a call', () => {
  const successes = Array.from({ length: 100 }, (_, index) => index + 200)

  test.each(successes)('%i', async (status) => {
    const { diga, posts } = setup(() => answer(status, '{}'))
    const error = await failureOf(diga.calls.create(body, { idempotencyKey: 'one', lookUp: false }))
    expect(error).toMatchObject({
      name: 'DigaResponseError',
      code: 'UNREADABLE_BODY',
      status,
      placed: 'maybe',
      idempotencyKey: 'one',
    })
    expect(posts).toHaveLength(1)
  })

  test.each(successes)('%i with one resolves', async (status) => {
    const { diga } = setup(() => answer(status, '{"id":"a","status":"dialing","agent_id":"b"}'))
    expect(await diga.calls.create(body)).toEqual({ id: 'a', status: 'dialing', agent_id: 'b' })
  })

  test('an id alone is not a call: gateways return such receipts', async () => {
    for (const text of ['{"id":"a"}', '{"id":"a","accepted":true}', '{"id":"a","status":""}']) {
      const { diga } = setup(() => answer(202, text))
      expect(await failureOf(diga.calls.create(body, { lookUp: false }))).toMatchObject({
        code: 'UNREADABLE_BODY',
        placed: 'maybe',
      })
    }
  })
})
