/** The little call service behind every bad line: it makes calls, lists them, and counts what it is asked. */

export interface Scenario<Fault> {
  /** What the line does to a request to place a call. */
  readonly fault: Fault
  /** Whether the service made a call of it. */
  readonly created: boolean
  /** What the list of calls is like; a late one misses the call when it is read first. */
  readonly list: 'echoes' | 'silent' | 'late' | 'down' | 'forbidden'
  /** How far the service's clock is off, in milliseconds. */
  readonly clockOffsetMs: number
}

/** What is seen of a scenario from the service's side. */
export interface Line {
  readonly baseUrl: string
  readonly scenario: Scenario<unknown>
  /** Requests to place a call that arrived. */
  posts: number
  /** Those of them that came over a connection that had served another request. */
  kept: number
  lists: number
  readonly calls: Record<string, unknown>[]
}

export interface Answer {
  readonly status: number
  readonly body: string
  readonly headers: Readonly<Record<string, string>>
}

export const lineOf = (baseUrl: string, scenario: Scenario<unknown>): Line => ({
  baseUrl,
  scenario,
  posts: 0,
  kept: 0,
  lists: 0,
  calls: [],
})

const dated = ({ scenario }: Line): Record<string, string> => ({
  date: new Date(Date.now() + scenario.clockOffsetMs).toUTCString(),
})

/** What a request to place a call is answered where nothing befalls the line. */
export function place(line: Line, body: string): Answer {
  line.posts++
  const { to_number, dynamic_variables } = JSON.parse(body) as Record<string, unknown>
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
  return { status: 201, body: JSON.stringify(call), headers: dated(line) }
}

export const missing: Answer = {
  status: 404,
  body: '{"error_code":"CALL_NOT_FOUND","message":"no"}',
  headers: {},
}

/** The calls, newest first. */
export function listing(line: Line): Answer {
  const { list } = line.scenario
  const headers = dated(line)
  line.lists++
  if (list === 'down') return { status: 503, body: '', headers }
  if (list === 'forbidden')
    return { status: 403, body: '{"error_code":"MISSING_PERMISSIONS","message":"no"}', headers }
  const data = list === 'late' && line.lists === 1 ? [] : line.calls.toReversed()
  return { status: 200, body: JSON.stringify({ data, has_more: false }), headers }
}
