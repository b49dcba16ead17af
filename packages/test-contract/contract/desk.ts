/** The example server as a process, from its source, and what a visitor does with it. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'

const root = fileURLToPath(new URL('../../..', import.meta.url))

export const from = '+34910000001'

export interface Desk extends AsyncDisposable {
  /** Loads the page, sends its form, and follows it to its end: the states that the visitor sees, or the refusal. */
  ask(phone: string): Promise<readonly unknown[]>
}

/** Opens a desk whose service is at a URL. */
export async function openDesk(baseUrl: string): Promise<Desk> {
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
  const gone = once(child, 'exit')
  const url = await new Promise<string>((resolve, reject) => {
    createInterface(child.stdout).on('line', (line) => {
      const found = /listening at (http:[^"]+)/.exec(line)?.[1]
      if (found !== undefined) resolve(found)
    })
    gone.then(() => reject(new Error('The desk ended before it listened.')))
  })
  let visitors = 0
  return {
    async ask(phone) {
      const token = /id="token" value="([^"]+)"/.exec(await (await fetch(url)).text())?.[1]
      const answer = await fetch(`${url}/api/callbacks`, {
        method: 'POST',
        headers: {
          origin: url,
          'content-type': 'application/json',
          // Each is somebody else: a visitor may ask for a few calls an hour only.
          'x-forwarded-for': `192.0.2.${++visitors}`,
        },
        body: JSON.stringify({ token, name: 'Ana', phone, consent: true }),
      })
      const body = (await answer.json()) as { id: string; error?: { code: string } }
      if (answer.status !== 202) return [answer.status, body.error?.code]
      const events = await (await fetch(`${url}/api/callbacks/${body.id}/events`)).text()
      return [...events.matchAll(/^data: (.+)$/gm)].map(([, data]) => {
        const { state, outcome } = JSON.parse(data as string)
        return outcome ?? state
      })
    },
    async [Symbol.asyncDispose]() {
      child.kill()
      await gone
    },
  }
}

/** What becomes of a callback to each number on which the telephone network has the last word. */
export const endings: readonly (readonly [phone: string, outcome: string])[] = [
  ['612 34 56 78', 'completed'],
  ['500 000 001', 'no_answer'],
  ['500 000 002', 'failed'],
  ['500 000 003', 'transferred'],
  ['500 000 004', 'voicemail'],
  ['500 000 005', 'completed'],
  // Placed, and answered with 500: the call is looked up.
  ['500 000 011', 'completed'],
]
