import type { IncomingMessage } from 'node:http'
import { BodyTooLong, maxBodyBytes } from '../contract/body-limit.ts'

// A client sees the 413 only after it has sent its body, so this much is read and thrown away first.
const maxDiscardedBytes = 16 * maxBodyBytes

/** Reads the body of a request; rejects if the connection ends before the body does, and with a BodyTooLong. */
export async function readBody(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = []
  let size = 0
  // The connection must stay open for the response, even if reading stops early.
  for await (const chunk of request.iterator({ destroyOnReturn: false })) {
    const bytes = Buffer.from(chunk)
    size += bytes.length
    if (size <= maxBodyBytes) chunks.push(bytes)
    else chunks.length = 0
    if (size > maxDiscardedBytes) break
  }
  if (size > maxBodyBytes) throw new BodyTooLong()
  return Buffer.concat(chunks).toString('utf8')
}
