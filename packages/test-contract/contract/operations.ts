/** Each operation of the spec as the client calls it: with only what is required, and with everything. */
import type { Diga, RequestOptions } from '@digame/client'
import document from '@digame/spec/openapi.json' with { type: 'json' }

const from = '+34910000001'
export const to = '+34612345678'
const callId = '7c3b2c1e-6a53-4b0f-8f4e-2d9a0f6c1a01'
const other = '0b8a3a52-3d5f-4a53-9c58-0e6f7b1d2c03'

/** One try, no look-up: what is tested is one answer. */
const once = { maxRetries: 0, timeoutMs: 10_000 }

interface Operation {
  required(diga: Diga, options?: RequestOptions): Promise<unknown>
  everything(diga: Diga, options?: RequestOptions): Promise<unknown>
}

async function firstOf<Item>(items: AsyncIterable<Item>): Promise<Item | undefined> {
  for await (const item of items) return item
  return undefined
}

const dates = {
  start_created_date: '2026-07-01T00:00:00Z',
  end_created_date: new Date('2026-08-01T00:00:00Z'),
}

export const operations: Readonly<Record<string, Operation>> = {
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

/** One documented answer of one operation. */
export interface Case {
  readonly operation: string
  readonly code: number
  readonly example: string
  readonly value: unknown
}

interface Media {
  readonly examples?: Readonly<Record<string, { readonly value?: unknown; readonly $ref?: string }>>
}

function deref<T>(node: T & { $ref?: string }): T {
  if (!node.$ref) return node
  const found = node.$ref
    .slice(2)
    .split('/')
    .reduce<unknown>((at, name) => (at as Record<string, unknown>)[name], document)
  return deref(found as T & { $ref?: string })
}

/** Every example of every answer in the spec: adding an example adds a case. */
export const cases: readonly Case[] = Object.values(document.paths).flatMap((path) =>
  Object.values(path).flatMap(({ operationId, responses }) =>
    Object.entries(responses).flatMap(([code, response]) =>
      Object.values(deref<{ content: Record<string, Media> }>(response as never).content).flatMap((media) =>
        Object.entries(media.examples ?? {}).map(([example, entry]) => ({
          operation: operationId,
          code: Number(code),
          example,
          value: deref<{ value?: unknown }>(entry).value,
        })),
      ),
    ),
  ),
)
