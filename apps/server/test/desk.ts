import { Diga, type Fetch } from '@digame/client'
import { createMock, type Mock } from '@digame/mock'
import { createTestClock, type TestClock } from '@digame/test-support'
import type { FastifyInstance, LightMyRequestResponse } from 'fastify'
import { type AppOptions, buildApp } from '../src/app.ts'
import { type Events, readEvents } from './events.ts'

const from = '+34910000001'
export const apiKey = 'a-key-that-nobody-may-see'

/** A desk over a mock, both on one test clock. Disposing of it fails if a request violated the spec. */
export interface TestDesk extends AsyncDisposable {
  readonly app: FastifyInstance
  readonly diga: Diga
  readonly mock: Mock
  readonly clock: TestClock
  /** Loads the page and returns its form token. */
  token(): Promise<string>
  /** Sends the form as the page does, with these fields replaced. */
  ask(form: Readonly<Record<string, unknown>>, headers?: Headers): Promise<LightMyRequestResponse>
  events(id: string, headers?: Headers): Promise<Events>
  /** Lets time pass until a text appears in the events. */
  until(events: Events, text: string): Promise<void>
  /** How many times the service was asked to place a call. */
  posts(): number
  /** Lets time pass although requests to the service are still open. */
  ignoreOpenRequests(): void
}

type Headers = Readonly<Record<string, string>>

export async function openDesk(options: Partial<AppOptions> = {}): Promise<TestDesk> {
  let openRequests = 0
  const clock = createTestClock({ isBusy: () => openRequests > 0 })
  const mock = await createMock({ clock })
  const fetch: Fetch = async (url, init) => {
    openRequests++
    return mock.fetch(url, init).finally(() => openRequests--)
  }
  const diga = new Diga({ apiKey, baseUrl: 'http://diga.test', fetch, clock, random: () => 0.5 })
  const app = await buildApp({ diga, from, clock, ...options })

  async function token(): Promise<string> {
    const { body } = await app.inject('/')
    return /id="token" value="([^"]+)"/.exec(body)?.[1] ?? ''
  }

  return {
    app,
    diga,
    mock,
    clock,
    token,
    async ask(form, headers = { 'sec-fetch-site': 'same-origin' }) {
      const whole = { name: 'Ana', phone: '612 345 678', consent: true, ...form }
      const payload = { token: await token(), ...whole }
      return app.inject({ method: 'POST', url: '/api/callbacks', headers, payload })
    },
    async events(id, headers = {}) {
      return readEvents(
        await app.inject({ url: `/api/callbacks/${id}/events`, headers, payloadAsStream: true }),
      )
    },
    async until(events, text) {
      for (let seconds = 0; !events.text.includes(text); seconds++) {
        if (seconds > 300) throw new Error(`"${text}" did not come:\n${events.text}`)
        await clock.advance(1000)
      }
    },
    posts: () => mock.counts.posts,
    ignoreOpenRequests() {
      openRequests = 0
    },
    async [Symbol.asyncDispose]() {
      await app.close()
      await mock.close()
      mock.expectNoViolations()
    },
  }
}
