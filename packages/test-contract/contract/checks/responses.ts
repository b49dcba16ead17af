/** Each operation's requests and documented responses, sent and read by the client against the mock. */
import { Diga } from '@digame/client'
import type { Mock } from '@digame/mock'
import { expect } from 'vitest'
import type { Node } from '../document.ts'
import { expectNone } from '../expect-none.ts'
import { expectResponse } from '../expect-response.ts'
import {
  type Case,
  casesFor,
  casesOf,
  extents,
  type OperationId,
  operationIds,
  operations,
  to,
} from '../operations.ts'
import { type Check, connectOnTestClock, expectSuccess, type UseMock, violationsOf } from './check.ts'

const connect = ({ fetch }: Mock): Diga => new Diga({ apiKey: 'key', baseUrl: 'http://mock', fetch })

const coverage = (cases: readonly Case[]): Check => ({
  name: 'every operation has a case for each documented response',
  run() {
    const codes = (operation: OperationId): number[] => [
      ...new Set(casesFor(operation, cases).map(({ code }) => code)),
    ]
    expect([...new Set(cases.map(({ operation }) => operation))].sort()).toEqual([...operationIds].sort())
    expect(codes('placeCall')).toEqual([201, 400, 401, 403, 404, 412, 422, 500])
    expect(codes('listMessages')).toEqual([200, 400, 401, 403, 404, 422, 500])
  },
})

const request = (
  operation: OperationId,
  extent: (typeof extents)[number],
  cases: readonly Case[],
  useMock: UseMock,
): Check => ({
  name: `${operation} sends a valid request with ${extent}`,
  run: () =>
    useMock(async (mock, requests) => {
      // The mock has no call with the id that is read; only the request matters here.
      const [first] = casesFor(operation, cases)
      if (operation !== 'placeCall' && operation !== 'streamConcurrency' && first)
        mock.reply({ operation, code: first.code })
      await expectSuccess(operations[operation][extent](connect(mock)))
      expectNone(violationsOf(requests()))
      expect(requests().map((entry) => entry.operation)).toEqual([operation])
    }),
})

const response = (one: Case, useMock: UseMock): Check => ({
  name: `${one.operation} understands ${one.code} ${one.example}`,
  run: () =>
    useMock(async (mock, requests) => {
      const { operation, code, example } = one
      mock.reply({ operation, code, example })
      await expectResponse(one, operations[operation].required(connect(mock)))
      expectNone(violationsOf(requests()))
      expect(requests()).toHaveLength(1)
    }),
})

const wholeCall = (document: Node): Check => ({
  name: 'a call is placed, watched until it ends, and read',
  async run() {
    const { diga, mock, run } = await connectOnTestClock(document)
    const create = diga.calls.create({ from_number: '+34910000001', to_number: to })
    const { id } = await run(expectSuccess(create))
    const watch = async (): Promise<string[]> => {
      const statuses: string[] = []
      for await (const { status } of diga.calls.watch(id)) statuses.push(status)
      return statuses
    }
    expect(await run(expectSuccess(watch()))).toEqual(['dialing', 'in_progress', 'completed'])
    const { data } = await run(diga.calls.messages(id))
    expect(data.map(({ role }) => role)).toContain('assistant')
    expectNone(violationsOf(mock.journal))
  },
})

/** The checks of requests and responses, for one document. */
export function responseChecks(document: Node, useMock: UseMock): readonly Check[] {
  const cases = casesOf(document)
  return [
    coverage(cases),
    ...operationIds.flatMap((id) => extents.map((extent) => request(id, extent, cases, useMock))),
    ...cases.map((one) => response(one, useMock)),
    wholeCall(document),
  ]
}
