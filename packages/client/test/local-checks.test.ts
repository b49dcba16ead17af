import type { CallRequest, CreateOptions, DigaOptions } from '@digame/client'
import { Diga, DigaConfigError, DigaInvalidCallError } from '@digame/client'
import { describe, expect, test, vi } from 'vitest'
import { apiKey, body, failureOf, from, remember, setup, to } from './support/client.ts'

const nothing = () => setup(() => Promise.reject(new Error('Nothing may be sent.')))

/** Passes values that TypeScript forbids, as a JavaScript caller can. */
const anything = <Type>(value: unknown): Type => value as Type

async function refusal(request: unknown, options: CreateOptions = {}) {
  const { diga, requests } = nothing()
  const error = await failureOf(diga.calls.create(anything<CallRequest>(request), options))
  expect(requests).toEqual([])
  expect(error.sentAt).toBeUndefined()
  return error
}

const cyclic: Record<string, unknown> = {}
cyclic['self'] = cyclic

class Lead {
  from_number = body.from_number
  get to_number(): string {
    return to
  }
}

describe('a call that cannot be placed is refused before anything is sent', () => {
  test.each<[what: string, request: unknown, code: string]>([
    ['no body', undefined, 'NON_SPANISH_PHONE_NUMBER'],
    ['an empty body', {}, 'NON_SPANISH_PHONE_NUMBER'],
    ['a number as a number', { ...body, to_number: 34612345678 }, 'NON_SPANISH_PHONE_NUMBER'],
    ['a British number', { ...body, to_number: '+442071838750' }, 'NON_SPANISH_PHONE_NUMBER'],
    ['a number with spaces', { ...body, to_number: '+34 612 345 678' }, 'NON_SPANISH_PHONE_NUMBER'],
    ['a number without +34', { ...body, to_number: '612345678' }, 'NON_SPANISH_PHONE_NUMBER'],
    ['a short number', { ...body, to_number: '+3461234567' }, 'NON_SPANISH_PHONE_NUMBER'],
    ['a number with a line break', { ...body, to_number: `${to}\n` }, 'NON_SPANISH_PHONE_NUMBER'],
    ['a sentence with a number', { ...body, to_number: `call ${to} now` }, 'NON_SPANISH_PHONE_NUMBER'],
    ['no from_number', { to_number: to }, 'VALIDATION_ERROR'],
    ['an empty from_number', { ...body, from_number: '' }, 'VALIDATION_ERROR'],
    ['a from_number that is a name', { ...body, from_number: 'sales' }, 'VALIDATION_ERROR'],
    ['an agent version that is no uuid', { ...body, agent_version_id: 'v2' }, 'VALIDATION_ERROR'],
    ['variables in a list', { ...body, dynamic_variables: ['Ana'] }, 'VALIDATION_ERROR'],
    ['variables as text', { ...body, dynamic_variables: 'Ana' }, 'VALIDATION_ERROR'],
    ['variables with a cycle', { ...body, dynamic_variables: cyclic }, 'VALIDATION_ERROR'],
    ['variables with a BigInt', { ...body, dynamic_variables: { age: 3n } }, 'VALIDATION_ERROR'],
    ['an unknown field with a BigInt', { ...body, priority: 3n }, 'VALIDATION_ERROR'],
    ['an instance whose number would not be written', new Lead(), 'NON_SPANISH_PHONE_NUMBER'],
    ['a digame_key', { ...body, dynamic_variables: { digame_key: 'mine' } }, 'RESERVED_VARIABLE'],
  ])('%s', async (_, request, code) => {
    const error = await refusal(request, { idempotencyKey: 'appointment-17' })
    expect(error).toBeInstanceOf(DigaInvalidCallError)
    expect(error).toMatchObject({
      name: 'DigaInvalidCallError',
      code,
      placed: 'no',
      idempotencyKey: 'appointment-17',
    })
  })

  test.each<[what: string, options: unknown, code: string]>([
    ['an empty key', { idempotencyKey: '' }, 'INVALID_IDEMPOTENCY_KEY'],
    ['a key with a space', { idempotencyKey: 'a b' }, 'INVALID_IDEMPOTENCY_KEY'],
    ['a key with a line break', { idempotencyKey: 'a\n' }, 'INVALID_IDEMPOTENCY_KEY'],
    ['a key outside ASCII', { idempotencyKey: 'señal' }, 'INVALID_IDEMPOTENCY_KEY'],
    ['a key of 201 characters', { idempotencyKey: 'k'.repeat(201) }, 'INVALID_IDEMPOTENCY_KEY'],
    ['a key that is a number', { idempotencyKey: 7 }, 'INVALID_IDEMPOTENCY_KEY'],
    ['a key that is null', { idempotencyKey: null }, 'INVALID_IDEMPOTENCY_KEY'],
    ['a controller in place of its signal', { signal: new AbortController() }, 'INVALID_OPTION'],
    ['a signal that is null', { signal: null }, 'INVALID_OPTION'],
    ['a notAfter that is no date', { notAfter: new Date('soon') }, 'INVALID_OPTION'],
    ['a notAfter that is a number', { notAfter: 5 }, 'INVALID_OPTION'],
    ['a timeout that is NaN', { timeoutMs: Number.NaN }, 'INVALID_OPTION'],
    ['a negative timeout', { timeoutMs: -1 }, 'INVALID_OPTION'],
    ['a count that is NaN', { maxRetries: Number.NaN }, 'INVALID_OPTION'],
    ['a header that cannot be one', { headers: { 'x-note': 'a\nb' } }, 'VALIDATION_ERROR'],
    ['a header value without end', { headers: { 'x-note': `a\n${'a'.repeat(5000)}` } }, 'VALIDATION_ERROR'],
    ['a header with a number in it', { headers: { 'x-note': `a\n${to}` } }, 'VALIDATION_ERROR'],
  ])('%s', async (_, options, code) => {
    const error = await refusal(body, anything<CreateOptions>(options))
    expect(error).toMatchObject({ code, placed: 'no' })
  })

  test('without a key, and the error names a random one', async () => {
    const error = await refusal({ ...body, to_number: '112' })
    expect(error.idempotencyKey).toMatch(/^[\da-f-]{36}$/)
  })

  test('and its key may be used for the corrected call', async () => {
    const { diga, posts } = setup(() =>
      Response.json({ id: 'a', status: 'dialing', agent_id: 'b' }, { status: 201 }),
    )
    await failureOf(diga.calls.create({ ...body, to_number: '112' }, { idempotencyKey: 'one' }))
    await diga.calls.create(body, { idempotencyKey: 'one' })
    expect(posts).toHaveLength(1)
  })
})

test.each([from, '9d1e4f60-8b7a-4c2d-a3e5-6f708192a3b4', '+442071838750'])('%s may call', async (number) => {
  const { diga, posts } = setup(() =>
    Response.json({ id: 'a', status: 'dialing', agent_id: 'b' }, { status: 201 }),
  )
  await diga.calls.create({ ...body, from_number: number, agent_version_id: null, dynamic_variables: null })
  expect(posts[0]?.body.from_number).toBe(number)
})

describe('an id that is no uuid never becomes part of a path', () => {
  test.each(['', '..', '.', 'a/b', '../../account', `${to}`])('"%s"', async (id) => {
    const { diga, requests } = nothing()
    const refuse = async (use: () => unknown): Promise<void> => {
      const error = await failureOf((async () => use())())
      expect(error).toMatchObject({ name: 'DigaInvalidCallError', code: 'VALIDATION_ERROR' })
    }
    await refuse(() => diga.calls.get(id))
    await refuse(() => diga.calls.messages(id))
    await refuse(() => diga.calls.wait(id))
    await refuse(() => diga.calls.watch(id))
    expect(requests).toEqual([])
  })
})

describe('a client', () => {
  const make = (options: DigaOptions = {}): Diga => {
    try {
      return new Diga(options)
    } catch (error) {
      remember('error', error)
      throw error
    }
  }
  const configError = (options: unknown): DigaConfigError => {
    try {
      make(anything<DigaOptions>(options))
    } catch (error) {
      expect(error).toBeInstanceOf(DigaConfigError)
      return error as DigaConfigError
    }
    throw new Error('It was made.')
  }

  test('takes its API key and base URL from the environment', async () => {
    vi.stubEnv('DIGA_API_KEY', ` ${apiKey}\n`)
    vi.stubEnv('DIGA_BASE_URL', 'http://env.test/')
    const sent: [url: string, authorization: string | undefined][] = []
    const diga = make({
      fetch: async (url, { headers }) => {
        sent.push([url, headers['authorization']])
        return Response.json({ id: 'a', status: 'dialing', agent_id: 'b' })
      },
    })
    await diga.calls.get('9d1e4f60-8b7a-4c2d-a3e5-6f708192a3b4')
    expect(sent).toEqual([
      ['http://env.test/v1/call/9d1e4f60-8b7a-4c2d-a3e5-6f708192a3b4', `Bearer ${apiKey}`],
    ])
  })

  test('prefers its options to the environment', async () => {
    vi.stubEnv('DIGA_API_KEY', 'other')
    vi.stubEnv('DIGA_BASE_URL', 'http://env.test')
    const { diga, posts } = setup(() =>
      Response.json({ id: 'a', status: 'dialing', agent_id: 'b' }, { status: 201 }),
    )
    await diga.calls.create(body)
    expect(posts[0]?.headers['authorization']).toBe(`Bearer ${apiKey}`)
  })

  test('uses https://api.diga.io by default', async () => {
    vi.stubEnv('DIGA_BASE_URL', undefined)
    let sent = ''
    const diga = make({
      apiKey,
      fetch: async (url) => {
        sent = url
        return Response.json({ id: 'a', status: 'dialing', agent_id: 'b' }, { status: 201 })
      },
    })
    await diga.calls.create(body)
    expect(sent).toBe('https://api.diga.io/v1/call/')
  })

  test.each(['', ' '])('refuses a DIGA_BASE_URL of %j: a slip must not ring real phones', (blank) => {
    vi.stubEnv('DIGA_BASE_URL', blank)
    expect(configError({ apiKey })).toMatchObject({ code: 'INVALID_BASE_URL' })
  })

  test('needs an API key', () => {
    vi.stubEnv('DIGA_API_KEY', '')
    const error = configError({})
    expect(error).toMatchObject({ name: 'DigaConfigError', code: 'NO_API_KEY' })
    expect(error.message).toContain('DIGA_API_KEY')
  })

  test.each(['', ' ', `${apiKey} `, `${apiKey}\nx`, 'clé'])('refuses the key %j', (key) => {
    expect(configError({ apiKey: key })).toMatchObject({ code: 'INVALID_API_KEY' })
  })

  test.each([
    '',
    'api.diga.io',
    'ftp://api.diga.io',
    'https://',
    'https://api.diga.io?x=1',
    'https://a b',
    'https://me:secret@api.diga.io',
  ])('refuses the address "%s"', (baseUrl) =>
    expect(configError({ apiKey, baseUrl })).toMatchObject({ code: 'INVALID_BASE_URL' }),
  )

  test.each(['timeoutMs', 'maxRetries', 'settleMs'])(
    'refuses a %s that is no number of 0 or more',
    (name) => {
      for (const value of [Number.NaN, -1, 'soon', {}]) {
        expect(configError({ apiKey, [name]: value })).toMatchObject({ code: 'INVALID_OPTION' })
      }
    },
  )

  test('refuses to run in a browser unless you allow it', () => {
    vi.stubGlobal('window', { document: {} })
    expect(configError({ apiKey })).toMatchObject({ code: 'BROWSER' })
    expect(make({ apiKey, dangerouslyAllowBrowser: true })).toBeInstanceOf(Diga)
  })

  test('works where reading the environment is forbidden', () => {
    vi.stubGlobal('process', {
      get env() {
        throw new Error('Requires env access')
      },
    })
    expect(make({ apiKey })).toBeInstanceOf(Diga)
  })
})
