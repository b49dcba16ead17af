import type { Call, CallRequest, ListQuery, Message, MessagesQuery } from '../call.ts'
import { createDriftReporter } from '../drift.ts'
import type { Core } from '../http/core.ts'
import { read } from '../http/read.ts'
import type { RequestOptions } from '../options.ts'
import { concurrency } from './concurrency.ts'
import { createPlacer } from './create.ts'
import { find } from './find.ts'
import type { CreateOptions, FindQuery, WatchOptions } from './options.ts'
import { createPages, type Pages } from './page.ts'
import type { Found } from './search.ts'
import { checkId, checkQuery } from './validate.ts'
import { watch } from './watch.ts'
import { isCall } from './wire.ts'

/** The calls of an account. */
export interface Calls {
  /**
   * Places a call, and never a second one for the same idempotency key.
   *
   * Resolves when the service has accepted the call, before anybody picks up. If the response is lost, the client looks the
   * call up by its key for up to 20 seconds (`settleMs` and 10 more), and returns it if found.
   *
   * @throws DigaInvalidCallError before anything is sent; DigaApiError, DigaConnectionError, DigaTimeoutError,
   * DigaResponseError or DigaAbortError, whose `placed` says whether a call may exist
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
   * Lists calls, newest first by default. Await it for one page, or iterate over it for all calls. @throws DigaError
   *
   * @example
   * for await (const call of diga.calls.list({ status: 'no_answer' })) console.log(call.id)
   */
  list(query?: ListQuery, options?: RequestOptions): Pages<Call>
  /** Lists what was said in a call, newest first by default. @throws DigaError with status 404 before anything was said */
  messages(id: string, query?: MessagesQuery, options?: RequestOptions): Pages<Message>
  /**
   * Follows a call: yields it as it stands, then at each change of status, and for the last time when it has ended.
   *
   * @throws DigaError after ten failed polls in a row, or at once for a failure that another try cannot mend, such as a 404;
   * DigaTimeoutError with the code `DEADLINE` when `deadlineMs` has passed
   *
   * @example
   * for await (const { status } of diga.calls.watch(call.id, { signal })) console.log(status)
   */
  watch(id: string, options?: WatchOptions): AsyncIterable<Call>
  /** Waits until a call has ended, and returns it. @throws DigaError as {@link Calls.watch} does */
  wait(id: string, options?: WatchOptions): Promise<Call>
  /**
   * Looks a call up by its idempotency key, and sends nothing but reads. Takes up to 20 seconds (`settleMs` and 10 more) if the
   * request was sent within the last ten minutes.
   *
   * Does not throw if the service fails: the result is then `unknown`, with a reason.
   *
   * @throws DigaInvalidCallError, DigaAbortError
   *
   * @example
   * const { result, call, candidates } = await diga.calls.find({ idempotencyKey, to_number, sentAt })
   */
  find(query: FindQuery, options?: Pick<RequestOptions, 'signal'>): Promise<Found>
  /**
   * Yields the number of live calls each time the service reports it. Goes on until you stop, and connects again whenever the
   * stream ends, breaks, or is silent for `timeoutMs` (30,000 by default).
   *
   * @throws DigaError for a response that another try cannot mend, such as a 401
   *
   * @example
   * for await (const active of diga.calls.concurrency({ signal })) if (active < 5) break
   */
  concurrency(options?: Omit<RequestOptions, 'maxRetries'>): AsyncIterable<number>
}

export function createCalls(core: Core): Calls {
  const reportDrift = createDriftReporter(core)

  async function get(id: string, options: RequestOptions = {}): Promise<Call> {
    const { value } = await read(core, { path: '/v1/call/{id}', id: checkId(id) }, options, isCall)
    return reportDrift(value)
  }

  async function wait(id: string, options: WatchOptions = {}): Promise<Call> {
    let last: Call | undefined
    for await (const call of watch(core, checkId(id), get, options)) last = call
    // A watch that does not throw yields at least the call that has ended.
    return last as Call
  }

  return {
    create: createPlacer(core, reportDrift),
    get,
    list: (query = {}, options = {}) =>
      createPages(core, { path: '/v1/call/', query: checkQuery(query) }, options, reportDrift),
    messages: (id, query = {}, options = {}) =>
      createPages(
        core,
        { path: '/v1/call/{id}/message', id: checkId(id), query: checkQuery(query) },
        options,
      ),
    watch: (id, options = {}) => watch(core, checkId(id), get, options),
    wait,
    find: (query, options = {}) => find(core, query, options),
    concurrency: (options = {}) => concurrency(core, options),
  }
}
