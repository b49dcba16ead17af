/** What the arguments of a fetch come to. */
export interface Sent {
  readonly url: URL
  readonly method: string
  readonly headers: Readonly<Record<string, string>>
  readonly body: () => Promise<string>
  readonly signal: AbortSignal | undefined
  readonly redirect: Request['redirect']
}

/** Reads the arguments of a fetch; throws what fetch rejects with if they make no sense. */
export function sentBy(input: string | URL | Request, init: RequestInit | undefined): Sent {
  const { method, body, signal, redirect = 'follow' } = init ?? {}
  // What nearly all send, to the same effect as below: a Request costs as much as all the rest together.
  if (!(input instanceof Request) && method === 'POST' && typeof body === 'string') {
    const headers = new Headers(init?.headers)
    if (!headers.has('content-type')) headers.set('content-type', 'text/plain;charset=UTF-8')
    return {
      url: new URL(input),
      method,
      headers: Object.fromEntries(headers),
      body: async () => body,
      signal: signal ?? undefined,
      redirect,
    }
  }
  const request = input instanceof Request && init === undefined ? input : new Request(input, init)
  let text: Promise<string> | undefined
  const read = () => {
    text ??= request.text()
    return text
  }
  return {
    url: new URL(request.url),
    method: request.method,
    headers: Object.fromEntries(request.headers),
    body: read,
    signal: request.signal,
    redirect: request.redirect,
  }
}
