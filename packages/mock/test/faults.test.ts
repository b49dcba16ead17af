import { createMock, type Fault, type Mock, type Reply } from '@digame/mock'
import { createTestClock } from '@digame/test-support'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { direct, get, lead, noon, post, rejection, socket, type Way } from './http.ts'

let mock: Mock

beforeEach(async () => {
  mock = await createMock({ clock: createTestClock({ start: noon }) })
})
afterEach(() => mock.close())

/** What a client sees of a response: its status, the bytes it read, and the error without its stack. */
async function observe(sent: Promise<Response>) {
  const failure = (error: unknown) => {
    const { name, message, cause } = error as Error
    const {
      code,
      syscall,
      message: why,
    } = (cause ?? {}) as { code?: string; syscall?: string; message?: string }
    return { name, message, cause: { code, syscall, message: why } }
  }
  try {
    const response = await sent
    const reader = response.body?.getReader()
    let bytes = 0
    try {
      for (let part = await reader?.read(); part && !part.done; part = await reader?.read())
        bytes += part.value.length
      return { status: response.status, bytes }
    } catch (error) {
      return { status: response.status, bytes, failed: failure(error) }
    }
  } catch (error) {
    return { failed: failure(error) }
  }
}

const reset = {
  failed: {
    name: 'TypeError',
    message: 'fetch failed',
    cause: { code: 'ECONNRESET', syscall: 'read', message: 'read ECONNRESET' },
  },
}
const fin = {
  failed: {
    name: 'TypeError',
    message: 'fetch failed',
    cause: { code: 'UND_ERR_SOCKET', syscall: undefined, message: 'other side closed' },
  },
}
const torn = {
  name: 'TypeError',
  message: 'terminated',
  cause: { code: 'UND_ERR_SOCKET', syscall: undefined, message: 'other side closed' },
}

describe.each<[string, (mock: Mock) => Way | Promise<Way>]>([
  ['mock.fetch', direct],
  ['a socket', socket],
])('over %s', (_, wayTo) => {
  let way: Way
  beforeEach(async () => {
    way = await wayTo(mock)
  })

  it.each<[Fault, boolean, object]>([
    ['reset_before', false, reset],
    ['reset_after', true, reset],
    ['fin', true, fin],
  ])('%s gives no response', async (fault, placed, failure) => {
    mock.reply({ fault })
    expect(await observe(post(way, lead))).toEqual(failure)
    expect(mock.calls).toHaveLength(placed ? 1 : 0)
    expect(mock.journal[0]).toMatchObject({ fault, status: undefined, callId: mock.calls[0]?.id })
    expect((await post(way, lead)).status).toBe(201)
  })

  it('reset_before does not read the body', async () => {
    mock.reply({ fault: 'reset_before' })
    await rejection(post(way, lead))
    expect(mock.journal[0]?.body).toBeUndefined()
    mock.reply({ fault: 'reset_before', placed: true })
    await rejection(post(way, lead))
    expect(mock.journal[1]).toMatchObject({ body: lead, callId: mock.calls[0]?.id })
  })

  it('half_body gives the headers and half of the body, then breaks', async () => {
    mock.reply({ fault: 'half_body' })
    const result = await observe(post(way, lead))
    expect(result).toMatchObject({ status: 201, failed: torn })
    expect(mock.calls).toHaveLength(1)
    expect(result.bytes).toBe(Math.floor(JSON.stringify(mock.calls[0]).length / 2))
  })

  it.each<[Reply]>([[{ fault: 'silence' }], [{ fault: 'silence', placed: false }]])(
    'silence lasts until the signal aborts: %o',
    async (reply) => {
      mock.reply(reply)
      const waiting = new AbortController()
      const rejected = rejection(post(way, lead, { signal: waiting.signal }))
      while (mock.journal[0]?.fault === undefined) await new Promise((resolve) => setImmediate(resolve))
      waiting.abort(new Error('waited long enough'))
      expect((await rejected).message).toBe('waited long enough')
      expect(mock.calls).toHaveLength(reply.placed === false ? 0 : 1)
    },
  )

  it('silence_body stops after half of the body, until the signal aborts', async () => {
    mock.reply({ fault: 'silence_body' })
    const waiting = new AbortController()
    const response = await post(way, lead, { signal: waiting.signal })
    expect(response.status).toBe(201)
    const reader = (response.body as ReadableStream<Uint8Array>).getReader()
    const { value } = await reader.read()
    expect(new TextDecoder().decode(value)).toMatch(/^\{"id":/)
    const rest = rejection(reader.read())
    waiting.abort(new Error('waited long enough'))
    expect((await rest).message).toBe('waited long enough')
    expect(mock.calls).toHaveLength(1)
  })

  it('silence ends when the mock closes', async () => {
    mock.reply({ fault: 'silence' })
    const rejected = rejection(post(way, lead))
    while (mock.journal[0]?.fault === undefined) await new Promise((resolve) => setImmediate(resolve))
    await mock.close()
    expect((await rejected).message).toBe('fetch failed')
  })

  it.each<[Fault]>([['reset_after'], ['fin'], ['half_body']])(
    '%s can happen without a call',
    async (fault) => {
      mock.reply({ fault, placed: false })
      await observe(post(way, lead))
      expect(mock.calls).toHaveLength(0)
      expect(mock.journal[0]?.fault).toBe(fault)
    },
  )

  it('a fault spoils any response, scripted or not', async () => {
    mock.reply({ code: 500, fault: 'half_body' })
    expect(await observe(post(way, lead))).toMatchObject({ status: 500, failed: torn })
    mock.reply({ operation: 'listCalls', fault: 'reset_after' })
    expect(await observe(get(way, '/v1/call/'))).toEqual(reset)
  })
})

describe('a closed mock', () => {
  it('refuses connections', async () => {
    const way = await socket(mock)
    await mock.close()
    await mock.close()
    for (const one of [direct(mock), way]) {
      const { message, cause } = await rejection(get(one, '/v1/call/'))
      expect(message).toBe('fetch failed')
      expect(cause).toMatchObject({ code: 'ECONNREFUSED', syscall: 'connect' })
    }
  })
})
