import { inspect } from 'node:util'
import { Diga, DigaApiError } from '@digame/client'
import { describe, expect, test } from 'vitest'
import { apiKey, body, failureOf, from, json, printed, remember, setup, to } from './support/client.ts'
import { testClock } from './support/clock.ts'
import { create, own, failureOf as ownFailure, requestOf, sendHeaders } from './support/own.ts'
import { createService } from './support/service.ts'

describe('neither the key nor a number is shown', () => {
  test('by a client, in any form', () => {
    const diga = new Diga({ apiKey, headers: { 'x-secret': 'hush' } })
    for (const one of [diga, diga.calls, diga.raw, { deep: { diga } }]) {
      const text = [
        printed(one),
        inspect(one, { depth: Number.POSITIVE_INFINITY, showHidden: true, getters: true }),
        String(one),
        JSON.stringify(Object.entries(one)),
      ].join('\n')
      expect(text).not.toContain(apiKey)
      expect(text).not.toContain('hush')
    }
  })

  test('by an error of a create that was looked up', async () => {
    const clock = testClock()
    const service = createService(clock, { echo: false })
    service.next({ placed: true, answer: 500 })
    const { diga } = setup(service.handler, {}, clock)
    const error = await clock.run(failureOf(diga.calls.create(body)))
    expect(error.candidates).toHaveLength(1)
    const everything = { ...error, error, list: [error] }
    for (const text of [printed(error), printed(everything), `${error.stack}`]) {
      for (const secret of [apiKey, to, from, to.slice(3)]) expect(text).not.toContain(secret)
    }
  })

  test('where the service repeats it in every field it has', async () => {
    const said = `Number ${to} of key ${from} is wrong`
    const { diga } = setup(() =>
      json(422, {
        error_code: said,
        message: said,
        detail: [{ loc: ['body', said], msg: said, type: said, input: said, ctx: { said } }],
      }),
    )
    const error = await failureOf(diga.calls.create(body))
    expect(error).toBeInstanceOf(DigaApiError)
    expect(error.message).toContain('+346******78')
  })

  test('where the service repeats a key that does not look like one', async () => {
    const { diga } = setup(() => json(401, { error_code: 'odd-secret', message: 'No: odd-secret' }), {
      apiKey: 'odd-secret',
    })
    const error = await failureOf(diga.calls.create(body))
    expect(printed(error)).not.toContain('odd-secret')
    expect(error.message).toContain('No: sk-…')
  })

  test('but a key that is a word takes no words out of a message', async () => {
    const said = { error_code: 'MISSING_PERMISSIONS', message: 'Too many of any company' }
    const { diga } = setup(() => json(403, said), { apiKey: 'any' })
    expect(await failureOf(diga.calls.create(body))).toMatchObject({
      code: 'MISSING_PERMISSIONS',
      message: 'POST /v1/call/ returned 403 MISSING_PERMISSIONS: Too many of any company.',
    })
  })

  test('where the service repeats a key of somebody else', async () => {
    const { diga } = setup(() => json(401, { message: 'No: sk-0123456789abcdef' }))
    expect(printed(await failureOf(diga.calls.create(body)))).not.toContain('0123456789abcdef')
  })

  test("by an error of the caller's fetch", async () => {
    const { diga } = setup((request) => {
      const cause = Object.assign(new Error(`no route for ${to}`), { code: 'EROUTE', request })
      throw Object.assign(new TypeError(`could not send Bearer ${apiKey}`, { cause }), { config: request })
    })
    const error = await failureOf(diga.calls.create(body, { lookUp: false }))
    expect(printed(error)).not.toContain(apiKey)
    expect(error.cause).toMatchObject({
      name: 'TypeError',
      message: 'could not send Bearer sk-…',
      cause: { code: 'EROUTE', message: 'no route for +346******78' },
    })
    expect(error.message).toContain('(EROUTE)')
  })

  test("by an error that the caller's fetch throws when it is aborted", async () => {
    const { diga, clock } = setup(({ init }) => {
      const config = { headers: init.headers, body: init.body }
      return new Promise((_, reject) => {
        init.signal.addEventListener('abort', () => reject(Object.assign(new Error('stopped'), { config })))
      })
    })
    const error = await clock.run(failureOf(diga.calls.create(body, { lookUp: false })))
    expect(error).toMatchObject({ name: 'DigaTimeoutError', placed: 'maybe' })
    expect(printed(error)).not.toContain(apiKey)
  })

  test('by the id that the service assigns to a request', async () => {
    const { diga } = setup(() => json(500, {}, { 'x-request-id': `${to}/sk-0123456789abcdef` }))
    const { requestId } = await failureOf(diga.calls.create(body, { lookUp: false }))
    expect(requestId).toBe('+346******78/sk-…')
  })

  test("by the data that undici's parser attaches to its errors", async () => {
    const made = await own((init) => {
      const request = requestOf(init)
      create.publish({ request })
      sendHeaders.publish({ request })
      const cause = Object.assign(new Error('Response does not match'), { data: `{"to":"${to}"}` })
      throw new TypeError('fetch failed', { cause })
    })
    await ownFailure(made)
  })

  test.each([
    '612-345-678',
    '612 345 678',
    '612.345.678',
    '+34 612-345-678',
    '(0034) 612345678',
    '%2B34612345678',
  ])('of the form %s', async (number) => {
    const { diga } = setup(() => json(400, { message: `Number ${number} is taken since 2026-11-23 10:00` }))
    const { message } = await failureOf(diga.calls.create(body))
    expect(message).not.toContain(number.slice(-5))
    expect(message).toContain('2026-11-23 10:00')
  })

  test('by the message of a local check', async () => {
    const { diga } = setup(() => json(201, {}))
    for (const wrong of [`${to} `, `x${to}`, `${to}${to}`, to.slice(1), '0034612345678', `Ana <${to}>`]) {
      await failureOf(diga.calls.create({ ...body, to_number: wrong }))
      await failureOf(diga.calls.create({ ...body, from_number: wrong }))
      await failureOf(diga.calls.create({ ...body, agent_version_id: wrong }))
      await failureOf(diga.calls.get(wrong))
    }
  })

  test('by a key that cannot be one', () => {
    let thrown: unknown
    try {
      new Diga({ apiKey: `${apiKey}\n` })
    } catch (error) {
      thrown = error
    }
    remember('error', thrown)
    expect(thrown).toMatchObject({ code: 'INVALID_API_KEY' })
  })
})

test('the search for secrets finds them', () => {
  for (const leak of [{ apiKey }, { to }, new Error(`no ${from}`), { deep: [{ to: '+34 612 345 678' }] }]) {
    const text = printed(leak).replace(/[\s().+-]/g, '')
    const secrets = [apiKey.slice(3, 20), to.slice(3), from.slice(3)]
    expect(secrets.some((secret) => text.includes(secret))).toBe(true)
  }
})
