import { Diga } from '@digame/client'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { expectNone } from './expect-none.ts'
import { expectResponse } from './expect-response.ts'
import { casesFor, extents, operationIds, operations } from './operations.ts'
import { type Prism, startPrism } from './prism.ts'

let prism: Prism
beforeAll(async () => {
  prism = await startPrism()
})
afterAll(() => prism[Symbol.asyncDispose]())

/** A client of Prism, and what Prism's headers say is wrong with its requests. */
function connect(): { diga: Diga; violations: string[] } {
  const violations: string[] = []
  const diga = new Diga({
    apiKey: 'key',
    baseUrl: prism.url,
    async fetch(url, init) {
      const response = await fetch(url, init)
      const header = response.headers.get('sl-violations')
      if (header) violations.push(header)
      return response
    },
  })
  return { diga, violations }
}

// Prism sends a stream as one body and ends it: of that operation only status and media type can be compared.
const bodied = operationIds.filter((operation) => operation !== 'streamConcurrency')

describe.each(bodied)('%s', (operation) => {
  test.each(extents)('sends a valid request with %s', async (extent) => {
    const { diga, violations } = connect()
    await operations[operation][extent](diga)
    expectNone(violations)
  })

  test.each(casesFor(operation))('understands $code $example', async (one) => {
    const { diga, violations } = connect()
    const prefer = `code=${one.code}, example=${one.example}`
    await expectResponse(one, operations[operation].required(diga, { headers: { prefer } }))
    expectNone(violations)
  })
})

test('streamConcurrency responds with an event stream', async () => {
  const response = await fetch(`${prism.url}/v1/call/concurrency/stream`, {
    headers: { authorization: 'Bearer key' },
  })
  expect(response.status).toBe(200)
  expect(response.headers.get('content-type')).toMatch(/^text\/event-stream/)
  await response.body?.cancel()
})

test.each(casesFor('streamConcurrency').filter(({ code }) => code >= 300))(
  'streamConcurrency understands $code $example',
  async (one) => {
    const { diga } = connect()
    const prefer = `code=${one.code}, example=${one.example}`
    await expectResponse(one, operations.streamConcurrency.required(diga, { headers: { prefer } }))
  },
)
