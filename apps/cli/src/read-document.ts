import { readFile, stat } from 'node:fs/promises'
import type { World } from './context.ts'
import { InterruptedError, UsageError } from './errors.ts'

/** The largest document that is read, in bytes. */
const mostBytes = 8 * 2 ** 20
/** Time allowed for a download, in milliseconds. */
const downloadMs = 30_000

const isUrl = (source: string): boolean => /^https?:\/\//i.test(source)

/** The name of a source in messages, without the parts of a URL that may be secret. */
export function nameOf(source: string): string {
  if (!isUrl(source)) return source
  return URL.canParse(source) ? new URL(source).origin + new URL(source).pathname : 'The URL'
}

const refuse = (source: string, why: string): UsageError =>
  new UsageError(`${nameOf(source)} ${why}`, 'UNREADABLE')

const tooLarge = (source: string): UsageError => refuse(source, `is larger than ${mostBytes / 2 ** 20} MiB.`)

/** Reads a text from a file or a URL. @throws UsageError, or InterruptedError */
export async function readDocument(source: string, world: World): Promise<string> {
  const bytes = isUrl(source) ? await readUrl(source, world) : await readPath(source, world)
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes)
  } catch {
    throw refuse(source, 'is not UTF-8; give a text file of JSON or YAML.')
  }
}

const failures: Readonly<Record<string, string>> = {
  ENOENT: 'is not there; give a file or an http(s) URL.',
  EISDIR: 'is a folder; give a file.',
  EACCES: 'may not be read.',
}

async function readPath(path: string, { signal }: World): Promise<Uint8Array> {
  try {
    const stats = await stat(path)
    // Opening a pipe waits for its writer, and nothing ends that.
    if (!stats.isFile() && !stats.isDirectory())
      throw refuse(path, 'is not a regular file; save the document, and give the file.')
    if (stats.isFile() && stats.size > mostBytes) throw tooLarge(path)
    return await readFile(path, { signal })
  } catch (error) {
    if (signal.aborted) throw new InterruptedError()
    if (error instanceof UsageError) throw error
    const code = codeOf(error) ?? 'unknown error'
    throw refuse(path, failures[code] ?? `cannot be read (${code}).`)
  }
}

async function readUrl(url: string, world: World): Promise<Uint8Array> {
  if (!URL.canParse(url)) throw refuse(url, 'is not a URL.')
  if (new URL(url).username || new URL(url).password)
    throw refuse(url, 'has a user or a password in it; save the document, and give the file.')
  const { fetch = globalThis.fetch, signal } = world
  const ending = new AbortController()
  const cancel = startTimer(world, () =>
    ending.abort(refuse(url, `was not there whole after ${downloadMs / 1000} s.`)),
  )
  const stop = AbortSignal.any([signal, ending.signal])
  try {
    // The command ends even if the fetch does not heed its signal.
    return await Promise.race([download(url, fetch, stop), rejectOnAbort(stop)])
  } catch (error) {
    if (signal.aborted) throw new InterruptedError()
    if (error instanceof UsageError) throw error
    const code = codeOf(error instanceof Error ? error.cause : undefined)
    throw refuse(url, `cannot be read${code === undefined ? '' : ` (${code})`}.`)
  } finally {
    cancel()
    ending.abort()
  }
}

function rejectOnAbort(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    if (signal.aborted) reject(signal.reason)
    signal.addEventListener('abort', () => reject(signal.reason), { once: true })
  })
}

async function download(
  url: string,
  fetch: NonNullable<World['fetch']>,
  signal: AbortSignal,
): Promise<Uint8Array> {
  const headers = { accept: 'application/json, application/yaml;q=0.9, */*;q=0.1' }
  const {
    status,
    ok,
    body,
    headers: sent,
  } = await fetch(url, { method: 'GET', headers, signal, redirect: 'manual' })
  if (status >= 300 && status < 400) {
    const to = sent.get('location')
    const where = to && URL.canParse(to, url) ? nameOf(new URL(to, url).href) : 'elsewhere'
    const advice = `a redirect to ${where}, which is not followed; give the URL that it leads to.`
    throw refuse(url, `answered ${status}, ${advice}`)
  }
  if (!ok) throw refuse(url, `answered ${status}.`)
  const chunks: Uint8Array[] = []
  let size = 0
  for await (const chunk of body ?? []) {
    size += chunk.byteLength
    if (size > mostBytes) throw tooLarge(url)
    chunks.push(chunk)
  }
  return Buffer.concat(chunks)
}

function startTimer({ clock }: World, run: () => void): () => void {
  if (clock) return clock.after(downloadMs, run)
  const timer = setTimeout(run, downloadMs)
  return () => clearTimeout(timer)
}

function codeOf(error: unknown): string | undefined {
  const code = typeof error === 'object' && error !== null && 'code' in error ? error.code : undefined
  return typeof code === 'string' ? code : undefined
}
