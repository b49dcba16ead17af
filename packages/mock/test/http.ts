import type { Call, Mock } from '@digame/mock'

/** The time at which test clocks start. */
export const noon: number = Date.parse('2026-07-22T12:00:00Z')

/** A base URL; `mock.fetch` reaches the mock whatever it says. */
export const base = 'https://api.diga.io'

export const authorized: Record<string, string> = { authorization: 'Bearer sk-test' }

export const lead = { from_number: '+34910000001', to_number: '+34612345678' }

/** Where requests go: a fetch, and the URL that it is given. */
export interface Way {
  readonly fetch: typeof globalThis.fetch
  readonly url: string
}

/** The way without a socket. */
export const direct = ({ fetch }: Mock): Way => ({ fetch, url: base })

/** The way over a socket, with the runtime's own fetch. */
export const socket = async (mock: Mock): Promise<Way> => ({
  fetch: globalThis.fetch,
  url: await mock.listen(),
})

/** Posts a body to the collection of calls. */
export const post = ({ fetch, url }: Way, body: unknown, init: RequestInit = {}): Promise<Response> =>
  fetch(`${url}/v1/call/`, {
    method: 'POST',
    headers: { ...authorized, 'content-type': 'application/json' },
    body: typeof body === 'string' ? body : JSON.stringify(body),
    ...init,
  })

export const get = ({ fetch, url }: Way, path: string, init: RequestInit = {}): Promise<Response> =>
  fetch(`${url}${path}`, { headers: authorized, ...init })

/** Places a call and returns it as answered. */
export async function place(mock: Mock, fields: Record<string, unknown> = {}): Promise<Call> {
  const response = await post(direct(mock), { ...lead, ...fields })
  if (response.status !== 201) throw new Error(`${response.status}: ${await response.text()}`)
  return (await response.json()) as Call
}

export async function read(mock: Mock, id: string): Promise<Call> {
  return (await (await get(direct(mock), `/v1/call/${id}`)).json()) as Call
}

/** What a promise rejects with. */
export const rejection = (promise: Promise<unknown>): Promise<Error & { cause?: unknown }> =>
  promise.then(
    () => {
      throw new Error('It was fulfilled')
    },
    (error: Error) => error,
  )
