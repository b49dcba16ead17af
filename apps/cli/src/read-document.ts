import { createReadStream } from 'node:fs'
import { stat } from 'node:fs/promises'
import type { World } from './context.ts'
import { InterruptedError, UsageError } from './errors.ts'

/** A document is read whole; so much is read of it, in bytes, and it may take so long over the network, in milliseconds. */
const mostBytes = 8 * 2 ** 20
const longestMs = 30_000

const isUrl = (source: string): boolean => /^https?:\/\//i.test(source)

/** How a source is named in messages: what may be a secret in a URL is left out. */
export function nameOf(source: string): string {
  if (!isUrl(source)) return source
  return URL.canParse(source) ? new URL(source).origin + new URL(source).pathname : 'The URL'
}

const refuse = (source: string, why: string): UsageError =>
  new UsageError(`${nameOf(source)} ${why}`, 'UNREADABLE')

/** Reads a text from a file or a URL. @throws UsageError, or InterruptedError */
export async function readDocument(source: string, world: World): Promise<string> {
  const bytes = isUrl(source) ? await fetched(source, world) : await filed(source, world)
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes)
  } catch {
    throw refuse(source, 'is not UTF-8; give a text file of JSON or YAML.')
  }
}

/** @throws UsageError as soon as there is too much */
async function collected(source: string, chunks: AsyncIterable<Uint8Array>): Promise<Uint8Array> {
  const all: Uint8Array[] = []
  let size = 0
  for await (const chunk of chunks) {
    size += chunk.byteLength
    if (size > mostBytes) throw refuse(source, `is larger than ${mostBytes / 2 ** 20} MiB.`)
    all.push(chunk)
  }
  return Buffer.concat(all)
}

async function filed(path: string, { signal }: World): Promise<Uint8Array> {
  try {
    // Opening a pipe waits for who writes to it, and nothing ends that.
    const stats = await stat(path)
    if (!stats.isFile() && !stats.isDirectory())
      throw refuse(path, 'is no regular file; save the document, and give the file.')
    return await collected(path, createReadStream(path, { signal }))
  } catch (error) {
    if (signal.aborted) throw new InterruptedError()
    if (error instanceof UsageError) throw error
    const { code } = error as NodeJS.ErrnoException
    const why: Record<string, string> = {
      ENOENT: 'is not there; give a file or an http(s) URL.',
      EISDIR: 'is a folder; give a file.',
      EACCES: 'may not be read.',
    }
    throw refuse(path, why[code ?? ''] ?? `cannot be read (${code}).`)
  }
}

async function fetched(url: string, world: World): Promise<Uint8Array> {
  if (!URL.canParse(url)) throw refuse(url, 'is not a URL.')
  if (new URL(url).username || new URL(url).password) {
    throw refuse(url, 'has a user or a password in it; save the document, and give the file.')
  }
  const { fetch = globalThis.fetch, signal } = world
  const controller = new AbortController()
  const late = refuse(url, `was not there whole after ${longestMs / 1000} s.`)
  const stopping = new Promise<never>((_, reject) => {
    controller.signal.addEventListener('abort', () => reject(controller.signal.reason), { once: true })
  })
  const onInterrupt = (): void => controller.abort(new InterruptedError())
  signal.addEventListener('abort', onInterrupt, { once: true })
  const cancel = after(world, longestMs, () => controller.abort(late))
  // Whatever the fetch makes of its signal, the command ends.
  stopping.catch(() => {})
  try {
    if (signal.aborted) throw new InterruptedError()
    return await Promise.race([download(url, fetch, controller.signal), stopping])
  } catch (error) {
    if (error instanceof UsageError || error instanceof InterruptedError) throw error
    const { cause } = error as { cause?: { code?: unknown } }
    throw refuse(url, `cannot be read${typeof cause?.code === 'string' ? ` (${cause.code})` : ''}.`)
  } finally {
    cancel()
    signal.removeEventListener('abort', onInterrupt)
    controller.abort()
  }
}

async function download(
  url: string,
  fetch: NonNullable<World['fetch']>,
  signal: AbortSignal,
): Promise<Uint8Array> {
  const headers = { accept: 'application/json, application/yaml;q=0.9, */*;q=0.1' }
  const response = await fetch(url, { method: 'GET', headers, signal, redirect: 'manual' })
  const { status, body } = response
  if (status >= 300 && status < 400) {
    const to = response.headers.get('location')
    const where = to && URL.canParse(to, url) ? nameOf(new URL(to, url).href) : 'elsewhere'
    throw refuse(
      url,
      `answered ${status}, a redirect to ${where}, which is not followed; give the URL that it leads to.`,
    )
  }
  if (!response.ok) throw refuse(url, `answered ${status}.`)
  return body ? collected(url, body as unknown as AsyncIterable<Uint8Array>) : new Uint8Array()
}

function after({ clock }: World, ms: number, run: () => void): () => void {
  if (clock) return clock.after(ms, run)
  const timer = setTimeout(run, ms)
  return () => clearTimeout(timer)
}
