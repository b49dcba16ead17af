import type { Call, Mock } from '@digame/mock'

/** The time at which test clocks start. */
export const noon: number = Date.parse('2026-07-22T12:00:00Z')

/** A base URL; `mock.fetch` ignores its host. */
export const base = 'https://api.diga.io'

export const authorized: Record<string, string> = { authorization: 'Bearer sk-test' }

export const lead = { from_number: '+34910000001', to_number: '+34612345678' }

/** How requests reach the mock: a fetch, and the base URL for it. */
export interface Way {
  readonly fetch: typeof globalThis.fetch
  readonly url: string
}

/** Without a socket. */
export const direct = ({ fetch }: Mock): Way => ({ fetch, url: base })

/** Over a socket, with the runtime's own fetch. */
export const socket = async (mock: Mock): Promise<Way> => ({
  fetch: globalThis.fetch,
  url: await mock.listen(),
})

/** Posts a body to place a call; a string is sent as it is. */
export const post = ({ fetch, url }: Way, body: unknown, init: RequestInit = {}): Promise<Response> =>
  fetch(`${url}/v1/call/`, {
    method: 'POST',
    headers: { ...authorized, 'content-type': 'application/json' },
    body: typeof body === 'string' ? body : JSON.stringify(body),
    ...init,
  })

export const get = ({ fetch, url }: Way, path: string, init: RequestInit = {}): Promise<Response> =>
  fetch(`${url}${path}`, { headers: authorized, ...init })

/** Places a call and resolves with it; rejects if the response is not 201. */
export async function place(mock: Mock, fields: Record<string, unknown> = {}): Promise<Call> {
  const response = await post(direct(mock), { ...lead, ...fields })
  if (response.status !== 201) throw new Error(`${response.status}: ${await response.text()}`)
  return (await response.json()) as Call
}

export async function read(mock: Mock, id: string): Promise<Call> {
  return (await (await get(direct(mock), `/v1/call/${id}`)).json()) as Call
}

/** Resolves with the error with which a promise rejects. */
export const rejection = (promise: Promise<unknown>): Promise<Error & { cause?: unknown }> =>
  promise.then(
    () => {
      throw new Error('The promise was fulfilled')
    },
    (error: Error) => error,
  )
