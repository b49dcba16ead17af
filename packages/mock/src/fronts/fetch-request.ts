/** The request that the arguments of a fetch describe. */
export interface FetchRequest {
  readonly url: URL
  readonly method: string
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string>>
  readonly readBody: () => Promise<string>
  readonly signal: AbortSignal | undefined
  readonly redirect: Request['redirect']
}

/** Reads the arguments of a fetch; throws the error with which fetch rejects if they make no sense. */
export function readFetchArguments(
  input: string | URL | Request,
  init: RequestInit | undefined,
): FetchRequest {
  const { method, body, signal, redirect = 'follow' } = init ?? {}
  // The usual arguments, read without a Request, which costs as much as the rest of the mock together.
  if (!(input instanceof Request) && method === 'POST' && typeof body === 'string') {
    const headers = new Headers(init?.headers)
    if (!headers.has('content-type')) headers.set('content-type', 'text/plain;charset=UTF-8')
    return {
      url: new URL(input),
      method,
      headers: Object.fromEntries(headers),
      readBody: async () => body,
      signal: signal ?? undefined,
      redirect,
    }
  }
  const request = input instanceof Request && init === undefined ? input : new Request(input, init)
  // Read once: after a redirect the body is sent again.
  let text: Promise<string> | undefined
  return {
    url: new URL(request.url),
    method: request.method,
    headers: Object.fromEntries(request.headers),
    readBody() {
      text ??= request.text()
      return text
    },
    signal: request.signal,
    redirect: request.redirect,
  }
}
