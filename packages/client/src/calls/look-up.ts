import type { Call } from '../call.ts'
import { linked, sleep } from '../clock.ts'
import type { DigaError } from '../errors.ts'
import { read } from '../http/read.ts'
import type { Core, RequestOptions } from '../http/request.ts'
import { callIn, httpDate, keyOf, object } from '../http/response.ts'

/** What a look-up found out. */
export interface Found {
  /**
   * `found`: the call carries the key. `absent`: everything since the send was listed, late enough, and it is not
   * there; this does not permit sending again. `unknown`: it could not be found out.
   */
  readonly result: 'found' | 'absent' | 'unknown'
  readonly call?: Call
  /** Outbound calls to the number since the send that carry no other key: one of them may be the call. */
  readonly candidates: readonly Call[]
  /** Why it is `unknown`. */
  readonly reason?:
    | 'forbidden'
    | 'list_failed'
    | 'cut_short'
    | 'no_server_clock'
    | 'clock_went_back'
    | 'no_marker'
}

/** A look-up, in terms of time that has passed: readings of different clocks never meet. */
export interface Search {
  readonly key: string
  readonly to: string | undefined
  /** How long ago the send was, in milliseconds, never too little. */
  readonly age: () => number
  /** How long ago at least, by a clock that nobody sets. */
  readonly settled: () => number
  /** What the clocks behind `age` may be wrong by, in milliseconds. */
  readonly slackMs: number
  readonly signal: AbortSignal | undefined
}

/** A moment without a zone is UTC; `Date.parse` would take it for local time, and would read "7" as a date. */
const moment = (date: unknown): number =>
  typeof date === 'string' && /^\d{4}-\d\d-\d\d[T ]/.test(date)
    ? Date.parse(/(Z|[+-]\d\d:?\d\d)$/i.test(date) ? date : `${date}Z`)
    : Number.NaN

const digits = (number: string): string => number.replace(/\D/g, '').slice(-9)

/** Whether both are numbers, and not the same one; what is masked, or an address of SIP, says nothing. */
const differ = (one: unknown, other: string): boolean =>
  typeof one === 'string' && /^\+?[\d ().-]{9,}$/.test(one) && digits(one) !== digits(other)

/** Whether a call that carries the key may be this send's: a key that was used before names an older call, or another number. */
function isOurs(call: Call, { to }: Search, since: number): boolean {
  return !(moment(call.created_date) < since) && !(to && differ(call.contact?.identifier, to))
}

/** The last listing has this long, in milliseconds. */
const lastListingMs = 10_000

type Listing = Found & { readonly final?: boolean }

/**
 * Lists, newest first, until everything since the send has been seen, by the server's own clock: the `Date` of its
 * answer less the time that has passed since.
 */
async function list(core: Core, search: Search, signal: AbortSignal, early: boolean): Promise<Listing> {
  const seen = new Map<string, Call>()
  const recent = (since: number): Call[] =>
    [...seen.values()].filter(
      (call) =>
        search.to !== undefined &&
        // Without the server's clock there is no window.
        !Number.isNaN(since) &&
        call.type === 'outbound' &&
        call.contact?.identifier === search.to &&
        keyOf(call) === undefined &&
        !(moment(call.created_date) < since),
    )
  let since = Number.NaN
  // What has no id could be the one looked for.
  let strange = false
  const ending = (result: Found['result'], rest: Partial<Listing> = {}): Listing => ({
    result,
    candidates: recent(since),
    ...rest,
  })
  for (let after: string | undefined; ; ) {
    const query = { limit: 1000, order: 'desc', ...(after && { after }) }
    // An early listing, however many pages it has, must not keep the last one from beginning.
    const timeoutMs = Math.max(0, core.settleMs - search.settled())
    // A listing out of a cache would be older than the call.
    const headers = { 'cache-control': 'no-cache' }
    const options: RequestOptions = early
      ? { signal, headers, timeoutMs, maxRetries: 0 }
      : { signal, headers, maxRetries: Math.max(2, core.maxRetries) }
    let page: Page
    try {
      const draft = { path: '/v1/call/', params: { query } } as const
      const { body, sent } = await read(core, 'GET /v1/call/', draft, options, isPage)
      page = body as Page
      since = httpDate(sent.headers?.get('date')) - search.age() - search.slackMs
    } catch (error) {
      const { status } = error as DigaError
      const forbidden = status === 401 || status === 403
      return ending('unknown', { reason: forbidden ? 'forbidden' : 'list_failed', final: forbidden })
    }
    const before = seen.size
    for (const call of page.data) {
      if (!callIn(call)) strange = true
      else if (keyOf(call) === search.key && isOurs(call, search, since)) return ending('found', { call })
      seen.set(call.id, call)
    }
    const last = page.data.at(-1)
    if (Number.isNaN(since)) return ending('unknown', { reason: 'no_server_clock' })
    // Where the order is not the one asked for, an old call says nothing of what follows.
    const [newest] = page.data
    const falling = newest && last && moment(newest.created_date) >= moment(last.created_date)
    if (page.has_more === false || (falling && moment(last.created_date) < since)) {
      return strange ? ending('unknown', { reason: 'list_failed' }) : ending('absent')
    }
    after = page.last_id ?? last?.id
    if (seen.size === before || !after) return ending('unknown', { reason: 'cut_short' })
  }
}

interface Page {
  readonly data: readonly Call[]
  readonly has_more?: boolean
  readonly last_id?: string | null
}

/** A list of objects. */
export function isPage(body: unknown): boolean {
  const data = (body as Page | undefined)?.data
  return Array.isArray(data) && data.every(object)
}

/**
 * Looks a call up by its key: at once, then at growing intervals, the last time `settleMs` after the send.
 *
 * Used by `create` and by `calls.find`. @throws the reason of the caller's signal if it aborts
 */
export async function find(core: Core, search: Search): Promise<Found> {
  if (!core.marker) return { result: 'unknown', reason: 'no_marker', candidates: [] }
  const { clock, settleMs } = core
  const { signal } = search
  const { controller, unlink } = linked(signal)
  const cancel = clock.after(Math.max(0, settleMs - search.settled()) + lastListingMs, () =>
    controller.abort(),
  )
  try {
    for (let waitMs = 1000; ; waitMs *= 2) {
      const left = settleMs - search.settled()
      const { final, ...found } = await list(core, search, controller.signal, left > 0)
      signal?.throwIfAborted()
      if (found.result === 'found' || final || left <= 0) return found
      await sleep(clock, Math.min(waitMs, Math.max(0, settleMs - search.settled())), controller.signal)
    }
  } finally {
    cancel()
    unlink()
  }
}
