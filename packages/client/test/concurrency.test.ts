import { describe, expect, test } from 'vitest'
import { apiKey, failureOf, type Handler, json, reset, type Setup, setup, silence } from './support/client.ts'

const bytes = (text: string) => new TextEncoder().encode(text)

/** Server-sent events in pieces; then the stream ends, breaks or says nothing more. */
function stream(pieces: (string | Uint8Array)[], then: 'end' | 'break' | 'hang' = 'hang'): Response {
  const rest = [...pieces]
  const content = new ReadableStream<Uint8Array>({
    pull(controller) {
      const piece = rest.shift()
      if (piece !== undefined) return controller.enqueue(typeof piece === 'string' ? bytes(piece) : piece)
      if (then === 'end') return controller.close()
      if (then === 'break') return controller.error(reset())
      return new Promise<void>(() => {})
    },
  })
  return new Response(content, { headers: { 'content-type': 'text/event-stream' } })
}

const event = (active: number) => `data: {"active_calls": ${active}}\n\n`

/** Reads this many numbers. */
async function take({ diga, clock }: Setup, count: number, options = {}): Promise<number[]> {
  const numbers: number[] = []
  await clock.run(
    (async () => {
      if (count === 0) return
      for await (const active of diga.calls.concurrency(options)) {
        numbers.push(active)
        if (numbers.length === count) break
      }
    })(),
  )
  return numbers
}

/** Responds with each in turn, and with the last one for ever. */
const inTurn = (...answers: Handler[]): Handler => {
  const rest = [...answers]
  return (request) => (rest.length > 1 ? (rest.shift() as Handler) : (rest[0] as Handler))(request)
}

describe('concurrency', () => {
  test('yields the number of live calls each time the service reports it', async () => {
    const made = setup(() => stream([event(0), event(3), event(2)]))
    expect(await take(made, 3)).toEqual([0, 3, 2])
    expect(made.requests).toMatchObject([
      { method: 'GET', path: '/v1/call/concurrency/stream', headers: { authorization: `Bearer ${apiKey}` } },
    ])
    expect(made.requests[0]?.init.redirect).toBe('manual')
  })

  test.each<[what: string, pieces: (string | Uint8Array)[]]>([
    ['whole', [event(1) + event(12) + event(3)]],
    ['byte by byte', [...bytes(event(1) + event(12) + event(3))].map((byte) => new Uint8Array([byte]))],
    ['with CRLF', [(event(1) + event(12) + event(3)).replaceAll('\n', '\r\n')]],
    [
      'with CRLF, cut between the two',
      ['data: {"active_calls": 1}\r', '\n\r', '\ndata: {"active_calls":12}\r\n\r\n', event(3)],
    ],
    ['with CR', [(event(1) + event(12) + event(3)).replaceAll('\n', '\r')]],
    [
      'without blanks',
      ['data:{"active_calls":1}\n\ndata:{"active_calls":12}\n\ndata:{"active_calls":3}\n\n'],
    ],
    [
      'with other lines',
      [`: hello\nid: 1\nevent: x\n${event(1)}retry: 5\n\n${event(12)}data: {}\n\ndata: no\n\n${event(3)}`],
    ],
    ['with other fields', ['data: {"at":"ñ","active_calls":1,"max":5}\n\n', event(12), event(3)]],
  ])('reads events %s', async (_, pieces) => {
    expect(
      await take(
        setup(() => stream(pieces)),
        3,
      ),
    ).toEqual([1, 12, 3])
  })

  test('connects again where the stream ends or breaks', async () => {
    const made = setup(
      inTurn(
        () => stream([event(1)], 'end'),
        () => stream([event(2)], 'break'),
        () => Promise.reject(reset()),
        () => json(503, {}),
        () => stream([event(3)]),
      ),
    )
    expect(await take(made, 3)).toEqual([1, 2, 3])
    expect(made.requests).toHaveLength(5)
    expect(new Set(made.requests.map(({ headers }) => headers['x-request-id'])).size).toBe(5)
    const waits = made.requests.slice(1).map(({ at }, index) => at - (made.requests[index]?.at ?? 0))
    for (const wait of waits) expect(wait).toBeGreaterThan(0)
  })

  test('connects again after a silence of `timeoutMs`', async () => {
    for (const handler of [
      () => stream([event(1)]),
      inTurn(
        (request) => silence(request),
        () => stream([event(1)]),
      ),
    ]) {
      const made = setup(handler)
      expect(await take(made, 2, { timeoutMs: 5000 })).toEqual([1, 1])
      expect((made.requests[1]?.at ?? 0) - (made.requests[0]?.at ?? 0)).toBeGreaterThanOrEqual(5000)
    }
  })

  test('waits ever longer between failures', async () => {
    const made = setup(inTurn(...Array(6).fill(() => json(503, {})), () => stream([event(1)])))
    await take(made, 1)
    const waits = made.requests.slice(1).map(({ at }, index) => at - (made.requests[index]?.at ?? 0))
    expect(waits).toEqual([250, 500, 1000, 2000, 4000, 4000])
  })

  test('waits ever longer where streams end without a number', async () => {
    const made = setup(inTurn(...Array(7).fill(() => stream(['<html>'], 'end')), () => stream([event(1)])))
    await take(made, 1)
    const waits = made.requests.slice(1).map(({ at }, index) => at - (made.requests[index]?.at ?? 0))
    expect(waits).toEqual([500, 1000, 2000, 4000, 8000, 15_000, 15_000])
  })

  test('connects again where a line has no end', async () => {
    let pieces = 0
    const endless = (): Response =>
      new Response(
        new ReadableStream<Uint8Array>({
          pull(controller) {
            pieces++
            controller.enqueue(bytes('data: '.padEnd(10_000)))
          },
        }),
      )
    const made = setup(inTurn(endless, () => stream([event(1)])))
    expect(await take(made, 1)).toEqual([1])
    expect(pieces).toBeLessThan(12)
  })

  test('does not count the time that the reader takes as silence', async () => {
    const made = setup(() => stream([event(1), event(2)]))
    const numbers: number[] = []
    await made.clock.run(
      (async () => {
        for await (const active of made.diga.calls.concurrency({ timeoutMs: 5000 })) {
          numbers.push(active)
          await new Promise<void>((resolve) => made.clock.after(60_000, resolve))
          if (numbers.length === 2) break
        }
      })(),
    )
    expect(numbers).toEqual([1, 2])
    expect(made.requests).toHaveLength(1)
  })

  test('limits the body of an error as that of any response', async () => {
    const made = setup(() => new Response('x', { status: 500, headers: { 'content-length': '99999999' } }))
    const controller = new AbortController()
    made.clock.after(700, () => controller.abort())
    const taking = take(made, 1, { signal: controller.signal })
    expect(await failureOf(taking)).toMatchObject({ name: 'DigaAbortError' })
    expect(made.requests.length).toBeGreaterThan(1)
  })

  test('starts again with a short wait after a number', async () => {
    const fails: Handler = () => json(503, {})
    const made = setup(
      inTurn(
        fails,
        fails,
        fails,
        () => stream([event(1)], 'break'),
        () => stream([event(2)]),
      ),
    )
    await take(made, 2)
    const waits = made.requests.slice(1).map(({ at }, index) => at - (made.requests[index]?.at ?? 0))
    expect(waits).toEqual([250, 500, 1000, 250])
  })

  test('keeps a stream open for as long as events arrive', async () => {
    const made: Setup = setup(() => {
      const content = new ReadableStream<Uint8Array>({
        pull: (controller) =>
          new Promise((resolve) => {
            made.clock.after(4000, () => {
              controller.enqueue(bytes(event(1)))
              resolve()
            })
          }),
      })
      return new Response(content)
    })
    expect(await take(made, 20, { timeoutMs: 5000 })).toHaveLength(20)
    expect(made.requests).toHaveLength(1)
  })

  test('keeps a stream open that sends only comments', async () => {
    const made: Setup = setup(() => {
      let comments = 0
      const content = new ReadableStream<Uint8Array>({
        pull: (controller) =>
          new Promise((resolve) => {
            made.clock.after(4000, () => {
              controller.enqueue(bytes(comments++ < 20 ? ': still here\n\n' : event(1)))
              resolve()
            })
          }),
      })
      return new Response(content)
    })
    expect(await take(made, 1, { timeoutMs: 5000 })).toEqual([1])
    expect(made.requests).toHaveLength(1)
  })

  test('waits for as long as `Retry-After` asks', async () => {
    for (const [seconds, least] of [
      ['20', 20_000],
      ['300', 60_000],
    ] as const) {
      const made = setup(
        inTurn(
          () => json(429, {}, { 'retry-after': seconds }),
          () => stream([event(1)]),
        ),
      )
      await take(made, 1)
      expect((made.requests[1]?.at ?? 0) - (made.requests[0]?.at ?? 0)).toBeGreaterThanOrEqual(least)
    }
  })

  test.each([301, 400, 401, 403, 404])('ends with an error on %i', async (status) => {
    const made = setup(() => json(status, { error_code: 'X', message: 'No' }))
    expect(await made.clock.run(failureOf(take(made, 1)))).toMatchObject({ status, code: 'X' })
    expect(made.requests).toHaveLength(1)
    expect(made.clock.pending).toBe(0)
  })

  test('ends by a break, and closes the connection', async () => {
    const made = setup(() => stream([event(1), event(2)]))
    await take(made, 1)
    expect(made.requests[0]?.signal.aborted).toBe(true)
    await made.clock.advance(120_000)
    expect(made.requests).toHaveLength(1)
    expect(made.clock.pending).toBe(0)
  })

  test.each<[what: string, handler: Handler]>([
    ['while it waits for an answer', (request) => silence(request)],
    ['while the stream is silent', () => stream([])],
    ['while it waits to connect again', () => json(503, {}, { 'retry-after': '60' })],
  ])('is aborted at once %s', async (_, handler) => {
    const reason = new Error('enough')
    const made = setup(handler)
    const controller = new AbortController()
    const reading = (async () => {
      for await (const active of made.diga.calls.concurrency({ signal: controller.signal })) {
        expect(active).toBe('nothing')
      }
    })()
    const ended = failureOf(reading)
    await made.clock.advance(1000)
    controller.abort(reason)
    await made.clock.flush()
    expect(await ended).toMatchObject({ name: 'DigaAbortError', code: 'ABORTED', cause: reason })
    expect(made.requests).toHaveLength(1)
    expect(made.clock.pending).toBe(0)
  })

  test('aborted before sends nothing', async () => {
    const made = setup(() => stream([event(1)]))
    const error = await failureOf(take(made, 1, { signal: AbortSignal.abort() }))
    expect(error).toMatchObject({ name: 'DigaAbortError' })
    expect(made.requests).toEqual([])
  })

  test('sends nothing before it is iterated', async () => {
    const made = setup(() => stream([event(1)]))
    made.diga.calls.concurrency()
    await made.clock.flush()
    expect(made.requests).toEqual([])
  })
})
