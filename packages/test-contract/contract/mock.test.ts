import { Diga } from '@digame/client'
import { describe, expect, test } from 'vitest'
import { expectAnswer } from './answers.ts'
import { makeMock } from './mocks.ts'
import { cases, operations, to } from './operations.ts'

const codes = (operation: string): number[] => [
  ...new Set(cases.filter((one) => one.operation === operation).map(({ code }) => code)),
]

test('every operation of the spec has a case for each documented answer', () => {
  expect(Object.keys(operations).sort()).toEqual([...new Set(cases.map(({ operation }) => operation))].sort())
  expect(codes('placeCall')).toEqual([201, 400, 401, 403, 404, 412, 422, 500])
  expect(codes('listMessages')).toEqual([200, 400, 401, 403, 404, 422, 500])
})

describe.each(Object.entries(operations))('%s', (operation, call) => {
  test.each(['required', 'everything'] as const)('sends a valid request with %s', async (kind) => {
    const mock = await makeMock()
    const diga = new Diga({ apiKey: 'key', baseUrl: 'http://mock', fetch: mock.fetch })
    const { code } = cases.find((one) => one.operation === operation) ?? {}
    // Calls and messages of this id do not exist; their request is what counts.
    if (operation !== 'placeCall' && operation !== 'streamConcurrency')
      mock.reply({ operation: operation as never, code: code as number })
    await call[kind](diga)
    expect(mock.journal).toHaveLength(1)
    expect(mock.journal[0]).toMatchObject({ operation, violations: [] })
  })

  test.each(cases.filter((one) => one.operation === operation))('understands $code $example', async (one) => {
    const mock = await makeMock()
    const diga = new Diga({ apiKey: 'key', baseUrl: 'http://mock', fetch: mock.fetch })
    mock.reply({ operation: operation as never, code: one.code, example: one.example })
    await expectAnswer(one, call.required(diga))
    expect(mock.journal).toHaveLength(1)
  })
})

test('a call is placed, followed to its end and read', async () => {
  const mock = await makeMock({ speed: 200 })
  const diga = new Diga({ apiKey: 'key', baseUrl: 'http://mock', fetch: mock.fetch })
  const call = await diga.calls.create({ from_number: '+34910000001', to_number: to })
  const statuses: string[] = []
  for await (const { status } of diga.calls.watch(call.id, { intervalMs: 5 })) statuses.push(status)
  expect(['dialing', 'in_progress', 'completed'].join(' ')).toContain(statuses.join(' '))
  expect(statuses.at(-1)).toBe('completed')
  const { data } = await diga.calls.messages(call.id)
  expect(data.map(({ role }) => role)).toContain('assistant')
})
