/** The longest body that is read, in bytes: many times what a page of a thousand calls needs, and still fits in memory. */
const longestBody = 10 * 1024 * 1024

export class BodyTooLarge extends Error {}

/** Reads the whole body. @throws BodyTooLarge above 10 MiB */
export function readBody(response: Response): Promise<string> {
  const { headers, body } = response
  const length = Number(headers.get('content-length'))
  if (length > longestBody) throw new BodyTooLarge()
  // The length of a compressed body does not limit its length once decoded.
  return !body || (length > 0 && !headers.get('content-encoding')) ? response.text() : readCounting(body)
}

async function readCounting(body: ReadableStream<Uint8Array>): Promise<string> {
  const decoder = new TextDecoder()
  const reader = body.getReader()
  let text = ''
  for (let size = 0; ; ) {
    const { done, value } = await reader.read()
    if (done) return text + decoder.decode()
    size += value.byteLength
    if (size > longestBody) throw new BodyTooLarge()
    text += decoder.decode(value, { stream: true })
  }
}

/** Parses JSON; returns `undefined` if there is no text, or it is not valid JSON. */
export function parseJson(text: string | undefined): unknown {
  try {
    return text ? JSON.parse(text) : undefined
  } catch {
    return undefined
  }
}
