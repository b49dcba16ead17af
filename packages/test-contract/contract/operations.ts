/** Each operation of the spec as the client calls it, and each response that the spec documents for it. */
import type { Diga, RequestOptions } from '@digame/client'
import type { operations as SpecOperations } from '@digame/spec'
import { keysAt, locate, type Node, operationsIn, spec } from './document.ts'

const from = '+34910000001'
export const to = '+34612345678'
const callId = '7c3b2c1e-6a53-4b0f-8f4e-2d9a0f6c1a01'
const other = '0b8a3a52-3d5f-4a53-9c58-0e6f7b1d2c03'

/** Sends one request and no retry: a test is about one response. */
const once = { maxRetries: 0, timeoutMs: 10_000 }

/** The name of an operation of the spec. */
export type OperationId = keyof SpecOperations

interface Operation {
  /** Sends only what the spec requires. */
  required(diga: Diga, options?: RequestOptions): Promise<unknown>
  /** Sends every field and parameter that can go together. */
  everything(diga: Diga, options?: RequestOptions): Promise<unknown>
}

/** The two ways to send each operation. */
export const extents: readonly ['required', 'everything'] = ['required', 'everything']

async function firstOf<Item>(items: AsyncIterable<Item>): Promise<Item | undefined> {
  for await (const item of items) return item
  return undefined
}

const dates = {
  start_created_date: '2026-07-01T00:00:00Z',
  end_created_date: new Date('2026-08-01T00:00:00Z'),
}

export const operations: Readonly<Record<OperationId, Operation>> = {
  placeCall: {
    required: (diga, options) =>
      diga.calls.create({ from_number: from, to_number: to }, { ...once, lookUp: false, ...options }),
    everything: (diga, options) =>
      diga.calls.create(
        {
          from_number: from,
          to_number: to,
          dynamic_variables: { customer_name: 'Ana', visits: 3 },
          agent_version_id: other,
        },
        { ...once, lookUp: false, idempotencyKey: crypto.randomUUID(), ...options },
      ),
  },
  listCalls: {
    required: async (diga, options) => diga.calls.list({}, { ...once, ...options }),
    everything: async (diga, options) =>
      diga.calls.list(
        {
          ...dates,
          after: callId,
          page: 2,
          limit: 1000,
          order: 'asc',
          agent_id: other,
          status: 'completed',
          type: 'outbound',
          contact_id: other,
          phone_id: other,
        },
        { ...once, ...options },
      ),
  },
  getCall: {
    required: (diga, options) => diga.calls.get(callId, { ...once, ...options }),
    everything: (diga, options) => diga.calls.get(callId, { ...once, ...options }),
  },
  listMessages: {
    required: async (diga, options) => diga.calls.messages(callId, {}, { ...once, ...options }),
    everything: async (diga, options) =>
      diga.calls.messages(
        callId,
        { before: callId, page: 1, limit: 1, order: 'desc' },
        { ...once, ...options },
      ),
  },
  streamConcurrency: {
    required: (diga, options) => firstOf(diga.calls.concurrency(options)),
    everything: (diga, options) => firstOf(diga.calls.concurrency({ timeoutMs: 5000, ...options })),
  },
}

const isOperationId = (name: string): name is OperationId => Object.hasOwn(operations, name)

/** The names of the operations. */
export const operationIds: readonly OperationId[] = Object.keys(operations).filter(isOperationId)

/** One documented response of one operation. */
export interface Case {
  readonly operation: OperationId
  readonly code: number
  /** The name of the example. */
  readonly example: string
  /** The body of the example. */
  readonly value: unknown
}

/** Every example of every response in a document: adding an example adds a case. */
export function casesOf(root: Node): Case[] {
  return operationsIn(root).flatMap(({ id, at }) => {
    if (!isOperationId(id)) return []
    const { node: responses } = locate([...at, 'responses'], root)
    return Object.keys(responses).flatMap((code) => {
      const response = locate([...at, 'responses', code], root)
      return keysAt(response.node, 'content').flatMap((type) => {
        const media = locate([...response.at, 'content', type], root)
        return keysAt(media.node, 'examples').map((example) => {
          const { node } = locate([...media.at, 'examples', example], root)
          return { operation: id, code: Number(code), example, value: node['value'] }
        })
      })
    })
  })
}

/** The cases of the committed spec. */
export const cases: readonly Case[] = casesOf(spec)

/** The cases of one operation. */
export const casesFor = (operation: OperationId, among: readonly Case[] = cases): Case[] =>
  among.filter((one) => one.operation === operation)
