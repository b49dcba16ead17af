import type { LightMyRequestResponse } from 'fastify'

/** An event stream that is being read. */
export interface Events {
  readonly status: number
  readonly headers: LightMyRequestResponse['headers']
  /** Everything received so far. */
  readonly text: string
  /** The data of each event so far. */
  readonly states: readonly Readonly<Record<string, unknown>>[]
  readonly ids: readonly number[]
  /** Resolves when the stream ends. */
  readonly ended: Promise<void>
  /** Disconnects, as a closed tab does. */
  leave(): void
}

export function readEvents(response: LightMyRequestResponse): Events {
  const stream = response.stream().setEncoding('utf8')
  let text = ''
  stream.on('data', (chunk: string) => {
    text += chunk
  })
  const all = (pattern: RegExp): string[] => [...text.matchAll(pattern)].map(([, found]) => found as string)
  return {
    status: response.statusCode,
    headers: response.headers,
    get text() {
      return text
    },
    get states() {
      return all(/^data: (.+)$/gm).map((data) => JSON.parse(data))
    },
    get ids() {
      return all(/^id: (\d+)$/gm).map(Number)
    },
    ended: new Promise((resolve) => stream.once('close', resolve)),
    leave: () => response.raw.res.destroy(),
  }
}
