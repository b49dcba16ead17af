/** The example server as a process, from its source, and what a visitor of its page does. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { isRecord } from '@digame/internal'

const root = fileURLToPath(new URL('../../..', import.meta.url))

/** The number that the server calls from. */
export const from = '+34910000001'

export interface ExampleServer extends AsyncDisposable {
  /**
   * Loads the page, submits its form, and follows the callback until it ends.
   *
   * Resolves with the states that the visitor sees, the outcome last; or with the status and error code of a refusal.
   */
  requestCallback(phone: string): Promise<readonly unknown[]>
}

/** The last state that a visitor sees of a callback. */
export const finalState = async (server: ExampleServer, phone: string): Promise<unknown> =>
  (await server.requestCallback(phone)).at(-1)

/** Starts the server with a service at a URL. */
export async function startExampleServer(baseUrl: string): Promise<ExampleServer> {
  const child = spawn(process.execPath, ['--conditions=source', 'apps/server/src/server.ts'], {
    cwd: root,
    stdio: ['ignore', 'pipe', 'inherit'],
    env: {
      DIGA_API_KEY: 'key',
      DIGA_BASE_URL: baseUrl,
      DIGA_FROM: from,
      PORT: '0',
      TRUST_PROXY: '127.0.0.1',
    },
  })
  const exit = once(child, 'exit')
  const url = await new Promise<string>((resolve, reject) => {
    createInterface(child.stdout).on('line', (line) => {
      const found = /listening at (http:[^"]+)/.exec(line)?.[1]
      if (found !== undefined) resolve(found)
    })
    exit.then(() => reject(new Error('The example server exited before it listened.')))
  })
  let visitors = 0
  return {
    async requestCallback(phone) {
      const token = /id="token" value="([^"]+)"/.exec(await (await fetch(url)).text())?.[1]
      const response = await fetch(`${url}/api/callbacks`, {
        method: 'POST',
        headers: {
          origin: url,
          'content-type': 'application/json',
          // A visitor may ask for a few calls an hour only, so each request comes from another one.
          'x-forwarded-for': `192.0.2.${++visitors}`,
        },
        body: JSON.stringify({ token, name: 'Ana', phone, consent: true }),
      })
      const body: unknown = await response.json()
      const { id, error } = isRecord(body) ? body : {}
      if (response.status !== 202) return [response.status, isRecord(error) ? error['code'] : undefined]
      const events = await (await fetch(`${url}/api/callbacks/${id}/events`)).text()
      return [...events.matchAll(/^data: (.+)$/gm)].map(([, data = '']) => {
        const { state, outcome } = JSON.parse(data)
        return outcome ?? state
      })
    },
    async [Symbol.asyncDispose]() {
      child.kill()
      await exit
    },
  }
}

/** How a callback to each number ends when the telephone network decides it. */
export const outcomes: readonly (readonly [phone: string, outcome: string])[] = [
  ['612 34 56 78', 'completed'],
  ['500 000 001', 'no_answer'],
  ['500 000 002', 'failed'],
  ['500 000 003', 'transferred'],
  ['500 000 004', 'voicemail'],
  ['500 000 005', 'completed'],
  // The mock places this call and responds with 500, so the client looks it up.
  ['500 000 011', 'completed'],
]

/** The same since 2026-07: a call that fails has not got through. */
export const newerOutcomes: typeof outcomes = outcomes.map(([phone, outcome]) => [
  phone,
  outcome === 'failed' ? 'not_reached' : outcome,
])

/** Requests a callback to each of those numbers; resolves with the outcomes that visitors see. */
export const requestOutcomes = (server: ExampleServer): Promise<(readonly [string, unknown])[]> =>
  Promise.all(outcomes.map(async ([phone]) => [phone, await finalState(server, phone)] as const))
