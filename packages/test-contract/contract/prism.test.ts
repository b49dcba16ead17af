import { Diga } from '@digame/client'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { expectAnswer } from './answers.ts'
import { cases, operations } from './operations.ts'
import { type Prism, startPrism } from './prism.ts'

let prism: Prism
beforeAll(async () => {
  prism = await startPrism()
})
afterAll(() => prism[Symbol.asyncDispose]())

/** What Prism says of the requests that come, in a header of its answers. */
function client(): { diga: Diga; violations: string[] } {
  const violations: string[] = []
  const diga = new Diga({
    apiKey: 'key',
    baseUrl: prism.url,
    async fetch(url, init) {
      const response = await fetch(url, init)
      const said = response.headers.get('sl-violations')
      if (said) violations.push(said)
      return response
    },
  })
  return { diga, violations }
}

// Prism answers a stream with one body and ends it: of that operation only status and type can be compared.
const answering = Object.entries(operations).filter(([operation]) => operation !== 'streamConcurrency')

describe.each(answering)('%s', (operation, call) => {
  test.each(['required', 'everything'] as const)('sends a valid request with %s', async (kind) => {
    const { diga, violations } = client()
    await call[kind](diga)
    expect(violations).toEqual([])
  })

  test.each(cases.filter((one) => one.operation === operation))('understands $code $example', async (one) => {
    const { diga, violations } = client()
    const prefer = `code=${one.code}, example=${one.example}`
    await expectAnswer(one, call.required(diga, { headers: { prefer } }))
    expect(violations).toEqual([])
  })
})

test('streamConcurrency answers with an event stream', async () => {
  const response = await fetch(`${prism.url}/v1/call/concurrency/stream`, {
    headers: { authorization: 'Bearer key' },
  })
  expect(response.status).toBe(200)
  expect(response.headers.get('content-type')).toMatch(/^text\/event-stream/)
  await response.body?.cancel()
})

test.each(cases.filter(({ operation, code }) => operation === 'streamConcurrency' && code >= 300))(
  'streamConcurrency understands $code $example',
  async (one) => {
    const { diga } = client()
    const prefer = `code=${one.code}, example=${one.example}`
    await expectAnswer(
      one,
      operations['streamConcurrency']?.required(diga, { headers: { prefer } }) ?? Promise.resolve(),
    )
  },
)
