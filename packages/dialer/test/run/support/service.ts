import { Diga } from '@digame/client'
import type { Port } from '@digame/dialer'
import { digaPort } from '@digame/dialer/client'
import type { TestClock } from '@digame/test-support'

/** A Diga service behind a gateway, reached by the real client without a socket. */
export interface Service {
  readonly port: Port
  /** The numbers that were called, in order. */
  readonly called: string[]
  /** Every request to place a call that arrived, placed or not, by its number. */
  readonly requests: string[]
  /** Responds to a request in place of the service; undefined lets it through. Reads always get through. */
  refuse: (number: string) => Response | undefined
}

interface Body {
  readonly to_number: string
  readonly dynamic_variables: Readonly<Record<string, string>>
}

const json = (body: unknown, status = 200): Response =>
  Response.json(body, { status, headers: { date: new Date().toUTCString() } })

export function createService(clock: TestClock): Service {
  const calls = new Map<string, object>()
  const called: string[] = []
  const requests: string[] = []

  /** Makes a call that is over at once. */
  function place({ to_number, dynamic_variables }: Body): object {
    const id = `00000000-0000-4000-8000-${String(calls.size + 1).padStart(12, '0')}`
    const at = new Date(clock.now()).toISOString()
    const contact = { id, created_date: at, identifier: to_number, contact_type: 'call' }
    const times = { created_date: at, end_time: at, duration: 30 }
    const call = { id, status: 'completed', type: 'outbound', contact, dynamic_variables, ...times }
    calls.set(id, call)
    called.push(to_number)
    return call
  }

  function read(url: URL): Response {
    const call = calls.get(url.pathname.split('/')[3] ?? '')
    return json(call ?? { data: [...calls.values()].toReversed(), has_more: false })
  }

  const fetch: typeof globalThis.fetch = async (input, init) => {
    const request = new Request(input, init)
    if (request.method === 'GET') return read(new URL(request.url))
    const body: Body = JSON.parse(await request.text())
    requests.push(body.to_number)
    return service.refuse(body.to_number) ?? json(place(body), 201)
  }
  const diga = new Diga({ apiKey: 'any', baseUrl: 'http://service', fetch, clock, random: () => 0.5 })
  const { activeCalls: _, ...port } = digaPort(diga)
  const service: Service = { port, called, requests, refuse: () => undefined }
  return service
}
