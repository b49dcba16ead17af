import { momentOf } from '@digame/internal'
import type { Call } from '../call.ts'
import { DigaError } from '../errors.ts'
import type { Core } from '../http/core.ts'
import { read } from '../http/read.ts'
import { parseHttpDate } from '../http/response-headers.ts'
import { isPage, type Page } from './page.ts'
import type { Found, Search } from './search.ts'
import { isCall, keyOf } from './wire.ts'

/** What one listing found. */
export interface Listing extends Found {
  /** Whether another listing would fail in the same way. */
  readonly isFinal?: boolean
}

/** Reads a date of the API in milliseconds since 1970; NaN if it is not a date. `Date.parse` alone takes "7" for a date. */
const readDate = (date: unknown): number =>
  typeof date === 'string' && /^\d{4}-\d\d-\d\d[T ]/.test(date) ? momentOf(date) : Number.NaN

const lastDigits = (number: string): string => number.replace(/\D/g, '').slice(-9)

/** Whether both are phone numbers, and different ones. A masked number or a SIP address proves nothing. */
const isOtherNumber = (one: unknown, other: string): boolean =>
  typeof one === 'string' && /^\+?[\d ().-]{9,}$/.test(one) && lastDigits(one) !== lastDigits(other)

/** Whether a call that carries the key may be this send's. If the key was used before, the call is older or to another number. */
const isOurs = (call: Call, { to }: Search, since: number): boolean =>
  !(readDate(call.created_date) < since) && !(to && isOtherNumber(call.contact?.identifier, to))

/** Whether a call without a key may be this send's. */
const isCandidate = (call: Call, { to }: Search, since: number): boolean =>
  to !== undefined &&
  // Without the server's clock nobody knows which calls are recent.
  !Number.isNaN(since) &&
  call.type === 'outbound' &&
  call.contact?.identifier === to &&
  keyOf(call) === undefined &&
  !(readDate(call.created_date) < since)

/** Whether a page reaches back beyond `since`. If the service ignores the order, an old call says nothing about later pages. */
function reachesBack({ data }: Page<Call>, since: number): boolean {
  const oldest = readDate(data.at(-1)?.created_date)
  return readDate(data[0]?.created_date) >= oldest && oldest < since
}

/**
 * Lists calls, newest first, until everything since the send has been seen, by the server's own clock: the `Date` of its
 * response less the time that has passed since the send.
 */
export async function listSince(
  core: Core,
  search: Search,
  signal: AbortSignal,
  isEarly: boolean,
): Promise<Listing> {
  const listed = new Map<string, Call>()
  let since = Number.NaN
  // An entry without an id could be the call.
  let hasUnreadable = false
  const end = (result: Found['result'], more: Partial<Listing> = {}): Listing => ({
    result,
    candidates: [...listed.values()].filter((call) => isCandidate(call, search, since)),
    ...more,
  })
  for (let after: string | undefined; ; ) {
    let page: Page<Call>
    try {
      const query = { limit: 1000, order: 'desc', after }
      const options = {
        signal,
        // A cached listing would be older than the call.
        headers: { 'cache-control': 'no-cache' },
        maxRetries: isEarly ? 0 : Math.max(2, core.maxRetries),
        // However many pages it has, an early listing must not delay the final one.
        ...(isEarly && { timeoutMs: Math.max(0, core.settleMs - search.settledMs()) }),
      }
      const { value, sent } = await read(core, { path: '/v1/call/', query }, options, isPage<Call>)
      page = value
      since = parseHttpDate(sent.headers?.get('date')) - search.ageMs() - search.slackMs
    } catch (error) {
      const status = error instanceof DigaError ? error.status : undefined
      const isForbidden = status === 401 || status === 403
      return end('unknown', { reason: isForbidden ? 'forbidden' : 'list_failed', isFinal: isForbidden })
    }
    const before = listed.size
    for (const call of page.data) {
      if (!isCall(call)) hasUnreadable = true
      else if (keyOf(call) === search.key && isOurs(call, search, since)) return end('found', { call })
      listed.set(call.id, call)
    }
    if (Number.isNaN(since)) return end('unknown', { reason: 'no_server_clock' })
    if (page.has_more === false || reachesBack(page, since)) {
      return hasUnreadable ? end('unknown', { reason: 'list_failed' }) : end('absent')
    }
    after = page.last_id ?? page.data.at(-1)?.id
    if (listed.size === before || !after) return end('unknown', { reason: 'cut_short' })
  }
}
