/** The stock Prism as a process of its own, on the same spec. */
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { createRequire } from 'node:module'
import { createServer } from 'node:net'
import { dirname, join } from 'node:path'

const { resolve } = createRequire(import.meta.url)

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as { port: number }
  server.close()
  await once(server, 'close')
  return port
}

export interface Prism extends AsyncDisposable {
  readonly url: string
  /** What it has written, up to what this matches. */
  logUntil(pattern: RegExp): Promise<string>
}

async function start(command: 'mock' | 'proxy', ...args: readonly string[]): Promise<Prism> {
  const port = await freePort()
  const bin = join(dirname(resolve('@stoplight/prism-cli/package.json')), 'dist/index.js')
  const child: ChildProcess = spawn(
    process.execPath,
    [bin, command, '--host', '127.0.0.1', '--port', String(port), ...args],
    { stdio: ['ignore', 'pipe', 'pipe'], env: { ...process.env, SCARF_ANALYTICS: 'false' } },
  )
  const gone = once(child, 'exit')
  let said = ''
  child.stdout?.on('data', (chunk) => {
    said += chunk
  })
  async function logUntil(pattern: RegExp): Promise<string> {
    while (!pattern.test(said)) {
      const ended = gone.then(() => {
        throw new Error(`Prism ended: ${said}`)
      })
      await Promise.race([once(child.stdout as NodeJS.ReadableStream, 'data'), ended])
    }
    return said
  }
  await logUntil(/Prism is listening/)
  return {
    url: `http://127.0.0.1:${port}`,
    logUntil,
    async [Symbol.asyncDispose]() {
      child.kill()
      await gone
    },
  }
}

const spec = resolve('@digame/spec/openapi.yaml')

/** Prism in the place of the service. */
export const startPrism = (): Promise<Prism> => start('mock', spec)

/** What Prism has said about what went through it. */
interface Judgement {
  /** How many requests it has handed on. */
  readonly forwarded: number
  /** What it has against requests and answers, a line each; also what it lets pass with a warning. */
  readonly objections: readonly string[]
}

/** Prism between a client and a service; whatever the spec does not allow becomes an error. */
export interface Proxy extends Prism {
  /** Judges all that has been answered so far. */
  judgement(): Promise<Judgement>
}

export async function startProxy(upstream: string): Promise<Proxy> {
  const prism = await start('proxy', '--errors', spec, upstream)
  return {
    ...prism,
    async judgement() {
      // The log comes late, but in order: what stands before the complaint about a path of ours is all there is.
      const mark = `/judgement/${crypto.randomUUID()}`
      await fetch(prism.url + mark)
      const lines = (await prism.logUntil(new RegExp(`${mark}.*error`))).split('\n')
      return {
        forwarded: lines.filter((line) => line.includes('Forwarding')).length,
        objections: lines.filter((line) => /\b(warning|error)\b/.test(line) && !line.includes('/judgement/')),
      }
    },
  }
}
