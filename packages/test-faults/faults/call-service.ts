/** The small call service behind every bad line: it makes calls, lists them, and counts requests. */
import { isRecord } from '@digame/internal'

export interface Scenario<Fault> {
  /** What the line does to a request that places a call. */
  readonly fault: Fault
  /** Whether the service makes a call of that request. */
  readonly created: boolean
  /**
   * How the list of calls behaves: `echoes` shows the keys, `silent` does not, `late` lacks the call at its first read,
   * `down` and `forbidden` cannot be read.
   */
  readonly list: 'echoes' | 'silent' | 'late' | 'down' | 'forbidden'
  /** How far the service's clock is ahead, in milliseconds. */
  readonly clockOffsetMs: number
}

/** A scenario as the service sees it. */
export interface Line {
  readonly baseUrl: string
  readonly scenario: Scenario<unknown>
  /** The requests to place a call that arrived. */
  posts: number
  /** How many of them came over a connection that had served another request. */
  kept: number
  lists: number
  readonly calls: Record<string, unknown>[]
}

/** A response of the service, before the line does anything to it. */
export interface Reply {
  readonly status: number
  readonly body: string
  readonly headers: Readonly<Record<string, string>>
}

export const createLine = (baseUrl: string, scenario: Scenario<unknown>): Line => ({
  baseUrl,
  scenario,
  posts: 0,
  kept: 0,
  lists: 0,
  calls: [],
})

const dateHeader = ({ scenario }: Line): Record<string, string> => ({
  date: new Date(Date.now() + scenario.clockOffsetMs).toUTCString(),
})

/** Handles a request to place a call. */
export function placeCall(line: Line, body: string): Reply {
  line.posts++
  const request: unknown = JSON.parse(body)
  const { to_number, dynamic_variables } = isRecord(request) ? request : {}
  const { created, list, clockOffsetMs } = line.scenario
  const call = {
    id: crypto.randomUUID(),
    agent_id: null,
    agent_version_id: null,
    status: 'dialing',
    type: 'outbound',
    contact: {
      id: crypto.randomUUID(),
      created_date: '2026-01-01T00:00:00Z',
      identifier: to_number,
      contact_type: 'call',
    },
    phone_register_id: null,
    created_date: new Date(Date.now() + clockOffsetMs).toISOString(),
    ...(list !== 'silent' && { dynamic_variables }),
  }
  if (created) line.calls.push(call)
  return { status: 201, body: JSON.stringify(call), headers: dateHeader(line) }
}

/** The response to a request for one call. */
export const missing: Reply = {
  status: 404,
  body: '{"error_code":"CALL_NOT_FOUND","message":"no"}',
  headers: {},
}

/** Handles a request for the list of calls, newest first. */
export function listCalls(line: Line): Reply {
  const { list } = line.scenario
  const headers = dateHeader(line)
  line.lists++
  if (list === 'down') return { status: 503, body: '', headers }
  if (list === 'forbidden')
    return { status: 403, body: '{"error_code":"MISSING_PERMISSIONS","message":"no"}', headers }
  const data = list === 'late' && line.lists === 1 ? [] : line.calls.toReversed()
  return { status: 200, body: JSON.stringify({ data, has_more: false }), headers }
}
