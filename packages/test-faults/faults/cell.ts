/** One cell of the fault table: a create, and a second create with the same key. Uses nothing that only Node has. */
import { Diga, type DigaError } from '@digame/client'

export interface Cell {
  readonly baseUrl: string
  /** A uuid. */
  readonly key: string
  readonly settleMs: number
  /** For the create alone: on a busy machine the list may take longer. */
  readonly timeoutMs: number
  /** Whether the create finds an open connection. */
  readonly reuses?: boolean
}

/** How a create ended, as plain data. */
export interface Ending {
  readonly call?: { readonly id: string; readonly key: unknown }
  readonly error?: {
    readonly name: string
    readonly placed: string | undefined
    readonly idempotencyKey: string | undefined
    readonly sentAt: boolean
    readonly candidates: readonly string[] | undefined
    /** Everything of the error that could be printed. */
    readonly text: string
  }
}

const body = { from_number: '+34910000001', to_number: '+34612345678' }

const place = (diga: Diga, idempotencyKey: string, options = {}): Promise<Ending> =>
  diga.calls.create(body, { idempotencyKey, ...options }).then(
    ({ id, dynamic_variables }) => ({ call: { id, key: dynamic_variables?.['digame_key'] } }),
    (error: DigaError) => ({
      error: {
        name: error.name,
        placed: error.placed,
        idempotencyKey: error.idempotencyKey,
        sentAt: error.sentAt instanceof Date,
        candidates: error.candidates?.map(({ id }) => id),
        text: `${error.message} ${JSON.stringify(error)}`,
      },
    }),
  )

/** Leaves an open connection for the next request; fetch can use it one turn after the response. */
export async function openConnection(diga: Diga): Promise<void> {
  await diga.calls.get('00000000-0000-4000-8000-000000000000').then(undefined, () => {})
  await new Promise((resolve) => setTimeout(resolve))
}

/** Creates twice with one key; `between` is called with the ending of the first create. */
export async function perform(
  { baseUrl, key, settleMs, timeoutMs, reuses }: Cell,
  options: { readonly signal?: AbortSignal; readonly between?: (first: Ending) => void } = {},
): Promise<[first: Ending, second: Ending]> {
  const { signal, between } = options
  const diga = new Diga({ apiKey: 'key', baseUrl, settleMs, timeoutMs: 15_000, maxRetries: 1 })
  if (reuses) await openConnection(diga)
  const first = await place(diga, key, { timeoutMs, ...(signal && { signal }) })
  between?.(first)
  return [first, await place(diga, key)]
}
