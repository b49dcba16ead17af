import type { Call, CallRequest, ListQuery, Message, MessagesQuery } from '../call.ts'
import { createDriftWatch } from '../drift.ts'
import { DigaAbortError, DigaInvalidCallError } from '../errors.ts'
import { read } from '../http/read.ts'
import type { Core, RequestOptions } from '../http/request.ts'
import { callIn } from '../http/response.ts'
import { concurrency } from './concurrency.ts'
import { type CreateOptions, createPlacer } from './create.ts'
import { type Pages, pages } from './list.ts'
import { type Found, find } from './look-up.ts'
import { checkDate, checkId, checkKey } from './validate.ts'
import { type WatchOptions, watch } from './watch.ts'

/** What a lost call is looked up by. */
export interface FindQuery {
  readonly idempotencyKey: string
  /** For `candidates`; without it there are none. */
  readonly to_number?: string
  /** When it was sent, read off the clock of this same machine. */
  readonly sentAt: Date
}

/** The calls of an account. */
export interface Calls {
  /**
   * Places a call, and never a second one for the same intention.
   *
   * Resolves when the service has accepted the call, before anybody has picked up. After a lost answer the call is
   * looked up by its key, for up to 20 seconds, and returned if found.
   *
   * @throws DigaInvalidCallError before anything is sent; DigaApiError, DigaConnectionError, DigaTimeoutError,
   * DigaResponseError or DigaAbortError with `placed` telling whether a call may exist
   *
   * @example
   * const call = await diga.calls.create(
   *   { from_number: '+34910000001', to_number: lead.phone, dynamic_variables: { name: lead.name } },
   *   { idempotencyKey: `lead-${lead.id}`, notAfter: new Date(lead.arrivedAt + 30_000) },
   * )
   */
  create(body: CallRequest, options?: CreateOptions): Promise<Call>
  /** Reads a call. @throws DigaError */
  get(id: string, options?: RequestOptions): Promise<Call>
  /**
   * Calls, newest first by default: await it for a page, iterate it for all. @throws DigaError
   *
   * @example
   * for await (const call of diga.calls.list({ status: 'no_answer' })) console.log(call.id)
   */
  list(query?: ListQuery, options?: RequestOptions): Pages<Call>
  /** What was said in a call, newest first by default. @throws DigaError, 404 before anything was said */
  messages(id: string, query?: MessagesQuery, options?: RequestOptions): Pages<Message>
  /**
   * Follows a call: gives it as it stands, then at each change of status, the last time when it has ended.
   *
   * @throws DigaError after ten failed looks in a row, or at once where waiting does not help
   *
   * @example
   * for await (const { status } of diga.calls.watch(call.id, { signal })) console.log(status)
   */
  watch(id: string, options?: WatchOptions): AsyncIterable<Call>
  /** Waits until a call has ended. @throws DigaError as {@link Calls.watch} does */
  wait(id: string, options?: WatchOptions): Promise<Call>
  /**
   * Looks a call up by its idempotency key; takes up to 20 seconds while the send is recent. Never throws for what the service
   * says: `unknown` has the reason.
   *
   * @throws DigaInvalidCallError, DigaAbortError
   *
   * @example
   * const { result, call, candidates } = await diga.calls.find({ idempotencyKey, to_number, sentAt })
   */
  find(query: FindQuery, options?: Pick<RequestOptions, 'signal'>): Promise<Found>
  /**
   * The number of calls under way, whenever the service tells it; connects again by itself.
   *
   * @throws DigaError where connecting again does not help
   *
   * @example
   * for await (const active of diga.calls.concurrency({ signal })) if (active < 5) break
   */
  concurrency(options?: Omit<RequestOptions, 'maxRetries'>): AsyncIterable<number>
}

/** How far a wall clock may have been set between two readings of it, in milliseconds. */
const wallSlackMs = 600_000

export function createCalls(core: Core): Calls {
  const seen = createDriftWatch(core)
  const place = createPlacer(core, seen)

  async function get(id: string, options: RequestOptions = {}): Promise<Call> {
    const where = `GET /v1/call/${checkId(id)}`
    const draft = { path: '/v1/call/{id}', params: { path: { id } } } as const
    const { body } = await read(core, where, draft, options, (body) => callIn(body) !== undefined)
    return seen(body as Call)
  }

  return {
    get,
    create: (body, options = {}) => place(body, options),
    list: (query = {}, options = {}) =>
      pages(core, '/v1/call/', 'GET /v1/call/', { query: checkQuery(query) }, options, seen),
    messages: (id, query = {}, options = {}) =>
      pages(
        core,
        '/v1/call/{id}/message',
        `GET /v1/call/${checkId(id)}/message`,
        { path: { id }, query: checkQuery(query) },
        options,
      ),
    watch: (id, options = {}) => watch(core, checkId(id), get, options),
    async wait(id, options = {}) {
      let last: Call | undefined
      for await (const call of watch(core, checkId(id), get, options)) last = call
      return last as Call
    },
    async find({ idempotencyKey, to_number, sentAt }, { signal } = {}) {
      checkKey(idempotencyKey)
      const { clock } = core
      const ago = clock.now() - checkDate('sentAt', sentAt)
      if (ago < 0) return { result: 'unknown', reason: 'clock_went_back', candidates: [] }
      const begun = clock.elapsed()
      const elapsed = (): number => clock.elapsed() - begun
      return find(core, {
        key: idempotencyKey,
        to: to_number,
        age: () => ago + elapsed(),
        // The wall clock may have been set since: what lies before this look-up counts only as far as it is beyond doubt.
        settled: () => Math.max(0, ago - wallSlackMs) + elapsed(),
        slackMs: wallSlackMs,
        signal,
      }).catch((cause) => {
        throw new DigaAbortError('The look-up was aborted.', { code: 'ABORTED', cause })
      })
    },
    concurrency: (options = {}) => concurrency(core, options),
  }
}

function checkQuery(query: ListQuery | MessagesQuery): Record<string, unknown> {
  if (query.after !== undefined && query.before !== undefined) {
    throw new DigaInvalidCallError('Give `after` or `before`, not both.', {
      code: 'INVALID_PAGINATION_PARAMETERS',
    })
  }
  // openapi-fetch leaves a Date out without a word.
  const text = (value: unknown): unknown => (value instanceof Date ? value.toISOString() : value)
  return Object.fromEntries(Object.entries(query).map(([name, value]) => [name, text(value)]))
}
