import type { Call } from '@digame/client'
import type { TestClock } from '@digame/test-support'
import { type Handler, json, refused, reset, type Seen, silence } from './client.ts'

let made = 0
/** A uuid, each call another one. */
export const uuid = (): string => `00000000-0000-4000-8000-${String(++made).padStart(12, '0')}`

/** A call, as the service writes it. */
export function callOf(fields: Partial<Call> = {}): Call {
  return {
    id: uuid(),
    agent_id: null,
    agent_version_id: null,
    status: 'dialing',
    type: 'outbound',
    contact: {
      id: uuid(),
      created_date: '2026-01-01T00:00:00Z',
      identifier: '+34612345678',
      contact_type: 'call',
    },
    phone_register_id: null,
    created_date: '2026-07-01T10:00:00Z',
    dynamic_variables: null,
    ...fields,
  }
}

/** How a create goes: `lost` ones never reach the service. */
export interface Fate {
  readonly placed: boolean
  readonly answer: 'reset' | 'refused' | 'silence' | 'half' | 'html' | number
  readonly headers?: Record<string, string>
}

export interface ServiceOptions {
  /** Whether a call's variables come back with it. */
  echo?: boolean
  /** How long a call is missing from the list. */
  lagMs?: number
  /** How far the service's clock is ahead of ours, in milliseconds; `null` for responses without a `Date`. */
  skewMs?: number | null
  /** The most calls on a page, even if the request asks for more. */
  pageSize?: number
  /** The zone that `created_date` ends with. */
  zone?: 'Z' | '' | '+02:00'
  /** Takes the place of the list. */
  list?: (request: Seen, usual: () => Response) => Response | Promise<Response>
}

export interface Service {
  /** Oldest first, whether or not they are listed yet. */
  readonly calls: Call[]
  /** How the next creates go, in order; later ones succeed. */
  next(...fates: Fate[]): void
  /** Adds a call of somebody else, made this long ago. */
  add(agoMs: number, fields?: Partial<Call>): Call
  readonly handler: Handler
}

/** A small model of the service: it creates calls, loses responses and lists calls. */
export function createService(clock: TestClock, options: ServiceOptions = {}): Service {
  const { echo = true, lagMs = 0, skewMs = 0, pageSize = 1000, zone = 'Z' } = options
  const entries: { call: Call; at: number }[] = []
  const fates: Fate[] = []
  const dated = (): Record<string, string> =>
    skewMs === null ? {} : { date: new Date(clock.now() + skewMs).toUTCString() }

  const moment = (at: number): string => {
    const shift = zone === '+02:00' ? 7_200_000 : 0
    return new Date(at + (skewMs ?? 0) + shift).toISOString().replace('Z', zone)
  }
  const add = (agoMs: number, fields: Partial<Call> = {}): Call => {
    const call = callOf({ created_date: moment(clock.now() - agoMs), ...fields })
    entries.push({ call, at: clock.elapsed() - agoMs })
    entries.sort((one, other) => one.at - other.at)
    return call
  }

  const place = (request: Seen): Response | Promise<Response> => {
    const fate = fates.shift() ?? { placed: true, answer: 201 }
    const { to_number: identifier, dynamic_variables: variables } = request.body
    const usual = callOf()
    const call = fate.placed
      ? add(0, {
          contact: { ...usual.contact, identifier },
          ...(echo && { dynamic_variables: variables }),
        })
      : usual
    const text = JSON.stringify(call)
    switch (fate.answer) {
      case 'reset':
        throw reset()
      case 'refused':
        throw refused()
      case 'silence':
        return silence(request)
      case 'half':
        return new Response(text.slice(0, text.length / 2), { status: 201, headers: dated() })
      case 'html':
        return new Response('<html>hello</html>', { status: 200, headers: dated() })
      default: {
        const headers = { ...dated(), ...fate.headers }
        if (fate.answer < 300) return json(fate.answer, call, headers)
        return json(
          fate.answer,
          { status: 'error', error_code: `CODE_${fate.answer}`, message: 'no' },
          headers,
        )
      }
    }
  }

  const list = ({ query }: Seen): Response => {
    const listed = entries.filter(({ at }) => clock.elapsed() - at >= lagMs).map(({ call }) => call)
    if (query.get('order') !== 'asc') listed.reverse()
    const after = query.get('after')
    const begin = after === null ? 0 : listed.findIndex(({ id }) => id === after) + 1
    const data = listed.slice(begin, begin + Math.min(pageSize, Number(query.get('limit') ?? 50)))
    return json(
      200,
      {
        data,
        has_more: begin + data.length < listed.length,
        first_id: data[0]?.id ?? null,
        last_id: data.at(-1)?.id ?? null,
        current_page: null,
        total_pages: null,
      },
      dated(),
    )
  }

  return {
    get calls() {
      return entries.map(({ call }) => call)
    },
    next: (...more) => void fates.push(...more),
    add,
    handler(request) {
      if (request.method === 'POST') return place(request)
      if (request.path === '/v1/call/') {
        const usual = (): Response => list(request)
        return options.list ? options.list(request, usual) : usual()
      }
      const call = entries.find(({ call }) => request.path === `/v1/call/${call.id}`)?.call
      return call
        ? json(200, call, dated())
        : json(404, { status: 'error', error_code: 'CALL_NOT_FOUND', message: 'There is no such call' })
    },
  }
}
