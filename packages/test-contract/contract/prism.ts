/** The stock Prism as a process of its own, on the same spec as the mock. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { findFreePort } from '@digame/test-support'

const { resolve } = createRequire(import.meta.url)

export interface Prism extends AsyncDisposable {
  readonly url: string
  /** Resolves with everything that Prism has logged as soon as the log matches. */
  logUntil(pattern: RegExp): Promise<string>
}

async function start(command: 'mock' | 'proxy', ...args: readonly string[]): Promise<Prism> {
  const port = await findFreePort()
  const bin = join(dirname(resolve('@stoplight/prism-cli/package.json')), 'dist/index.js')
  const child = spawn(
    process.execPath,
    [bin, command, '--host', '127.0.0.1', '--port', String(port), ...args],
    { stdio: ['ignore', 'pipe', 'ignore'], env: { ...process.env, SCARF_ANALYTICS: 'false' } },
  )
  const exit = once(child, 'exit')
  let log = ''
  child.stdout.on('data', (chunk) => {
    log += chunk
  })
  async function logUntil(pattern: RegExp): Promise<string> {
    while (!pattern.test(log)) {
      const ended = exit.then(() => {
        throw new Error(`Prism exited: ${log}`)
      })
      await Promise.race([once(child.stdout, 'data'), ended])
    }
    return log
  }
  await logUntil(/Prism is listening/)
  return {
    url: `http://127.0.0.1:${port}`,
    logUntil,
    async [Symbol.asyncDispose]() {
      child.kill()
      await exit
    },
  }
}

const spec = resolve('@digame/spec/openapi.yaml')

/** Starts Prism in the role of the service. */
export const startPrism = (): Promise<Prism> => start('mock', spec)

/** What Prism has logged about the requests and responses that it passed on. */
interface Judgement {
  /** How many requests it forwarded. */
  readonly forwarded: number
  /** Its warnings and errors about requests and responses, one line each. */
  readonly objections: readonly string[]
}

/** Prism between a client and a service; it turns whatever the spec forbids into an error. */
export interface Proxy extends Prism {
  /** Resolves with the judgement on every response so far. */
  judgement(): Promise<Judgement>
}

/** Starts Prism as a proxy in front of the service at a URL. */
export async function startProxy(upstream: string): Promise<Proxy> {
  const prism = await start('proxy', '--errors', spec, upstream)
  return {
    ...prism,
    async judgement() {
      // The log is late but in order: once it complains about a path that only we request, everything before is there.
      const path = `/judgement/${crypto.randomUUID()}`
      await fetch(prism.url + path)
      const lines = (await prism.logUntil(new RegExp(`${path}.*error`))).split('\n')
      return {
        forwarded: lines.filter((line) => line.includes('Forwarding')).length,
        objections: lines.filter((line) => /\b(warning|error)\b/.test(line) && !line.includes('/judgement/')),
      }
    },
  }
}
