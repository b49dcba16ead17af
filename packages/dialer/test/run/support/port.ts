import type { Found, Outcome, Placement, PlaceRequest, Port, PortCall } from '@digame/dialer'
import type { TestClock } from '@digame/test-support'

/**
 * What the service does with a request: it makes a call with that outcome, or gives that placement. `lost`: it makes a call whose
 * response is lost; `lost_unmade`: it makes none, and the response is lost.
 */
type Deed = Outcome | Placement | 'lost' | 'lost_unmade' | (() => Promise<Placement>)

interface MadeCall {
  readonly id: string
  readonly key: string
  readonly to: string
  readonly from: string
  readonly at: number
  readonly outcome: Outcome
  readonly variables: Readonly<Record<string, string>>
}

export interface FakePort extends Port {
  /** The calls that were made. */
  readonly calls: MadeCall[]
  /** Every request that arrived. */
  readonly requests: (PlaceRequest & { readonly key: string; readonly at: number })[]
  /** The most calls that were live at once. */
  most: number
  /** What the service does with a request; `no` counts the requests to this number from 1. @default 'completed' */
  deed: (request: PlaceRequest, no: number) => Deed
  /** Whether calls come back with their key. */
  echoes: boolean
  /** The methods that throw. */
  readonly broken: Set<'list' | 'get' | 'find'>
  /** How long a call lasts, in milliseconds. */
  lifeMs: number
  /** How often a call was polled. */
  reads: number
}

const uuid = (n: number): string => `00000000-0000-4000-8000-${String(n).padStart(12, '0')}`

export function createPort(clock: TestClock): FakePort {
  const portCall = ({ id, key, to, at, outcome }: MadeCall): PortCall => {
    const ended = clock.now() >= at + port.lifeMs
    return {
      id,
      status: ended ? outcome : 'in_progress',
      hasEnded: ended,
      to_number: to,
      type: 'outbound',
      createdAt: new Date(at),
      ...(port.echoes && { key }),
      ...(ended && { outcome, endedAt: new Date(at + port.lifeMs), seconds: 30 }),
    }
  }
  const live = (): number => port.calls.filter(({ at }) => clock.now() < at + port.lifeMs).length
  const fail = (what: 'list' | 'get' | 'find'): void => {
    if (port.broken.has(what)) throw new Error(`${what} is down`)
  }

  const port: FakePort = {
    calls: [],
    requests: [],
    most: 0,
    deed: () => 'completed',
    echoes: true,
    broken: new Set(),
    lifeMs: 30_000,
    reads: 0,
    async place(request, { idempotencyKey: key }) {
      const { to_number: to, from_number: from, dynamic_variables: variables } = request
      port.requests.push({ ...request, key, at: clock.now() })
      const no = port.requests.filter((one) => one.to_number === to).length
      const deed = port.deed(request, no)
      if (typeof deed === 'function') return deed()
      if (typeof deed === 'object') return deed
      if (deed === 'lost_unmade') return { placed: 'maybe', code: 'CONNECTION' }
      const outcome = deed === 'lost' ? 'completed' : deed
      const call = { id: uuid(port.calls.length + 1), key, to, from, at: clock.now(), outcome, variables }
      port.calls.push(call)
      port.most = Math.max(port.most, live())
      return deed === 'lost'
        ? { placed: 'maybe', code: 'CONNECTION' }
        : { placed: 'yes', call: portCall(call) }
    },
    async find({ idempotencyKey, to_number }): Promise<Found> {
      fail('find')
      const call = port.calls.find(({ key }) => key === idempotencyKey)
      if (call && port.echoes) return { result: 'found', call: portCall(call), candidates: [] }
      const candidates = port.echoes ? [] : port.calls.filter(({ to }) => to === to_number)
      return { result: 'absent', candidates: candidates.map(portCall) }
    },
    async get(callId) {
      port.reads++
      fail('get')
      const call = port.calls.find(({ id }) => id === callId)
      if (!call) throw new Error('there is no such call')
      return portCall(call)
    },
    async *list({ since }) {
      fail('list')
      for (const call of port.calls.toReversed()) if (call.at >= since.getTime()) yield portCall(call)
    },
    isCallable: () => true,
  }
  return port
}
