/**
 * One intention to call, named by its idempotency key.
 *
 * | state | entered by | left by |
 * | --- | --- | --- |
 * | `open` | the first `create` with the key, or one more after `doubt` (which then only looks up) | the end of its work |
 * | `placed` | a readable answer, or a call found by its key | never: the same call is given again |
 * | `doubt` | an end that does not prove that no call was made | another `create`: back to `open`, without sending |
 * | (forgotten) | an end that proves that no call was made | |
 *
 * A key in `doubt` is never sent again. Whoever asks while it is `open` waits for the same end.
 */
import { callIn, errorOf, json, keyOf, placedAfter, unreadable } from './answer.ts'
import type { Call, CallRequest } from './call.ts'
import { checkCall } from './check.ts'
import { sleep } from './clock.ts'
import type { Core } from './core.ts'
import { backoff, isPassing, type RequestOptions, told } from './core.ts'
import { DigaAbortError, type DigaError, type DigaErrorFields, DigaInvalidCallError } from './errors.ts'
import { release, type Track } from './evidence.ts'
import { find } from './find.ts'
import type { Sent } from './send.ts'
import { trace } from './tracing.ts'

/** Options of `calls.create`. */
export interface CreateOptions extends RequestOptions {
  /**
   * Names this intention to call: 1 to 200 characters. While the client remembers it, the same key never places a
   * second call. @default a random uuid
   */
  readonly idempotencyKey?: string
  /** Nothing is sent from this moment on. */
  readonly notAfter?: Date
  /** Whether a call whose answer was lost is looked up before an error is thrown. @default true */
  readonly lookUp?: boolean
}

interface Intention {
  state: 'open' | 'placed' | 'doubt'
  readonly print: string
  result: Promise<Call>
  /** Those who wait for `result` and have not aborted. */
  waiting: number
  /** Ends the work; only there while somebody could abort it. */
  work: AbortController | undefined
  /** What all its errors carry. */
  readonly fields: { readonly idempotencyKey: string; sentAt?: Date }
  /** How the send ended that left the doubt, and since when it stands. */
  doubt?: Doubt
}

interface Doubt {
  readonly wall: number
  readonly elapsed: number
  readonly error: DigaError
}

/** How many keys are remembered of calls that were placed, and as many again of those in doubt. */
const remembered = 10_000
const where = 'POST /v1/call/'
const path = '/v1/call/'

export function createPlacer(
  core: Core,
  seen: (call: Call, status?: number) => Call,
): (body: CallRequest, options: CreateOptions) => Promise<Call> {
  const { clock } = core
  /** In flight; never forgotten. */
  const open = new Map<string, Intention>()
  const doubts = new Map<string, Intention>()
  const settled = new Map<string, Intention>()
  /** The keys of `settled`, oldest first from `first` on: a Map that loses its first entry looks for the next one long. */
  let order: string[] = []
  let first = 0

  const known = (key: string): Intention | undefined => open.get(key) ?? doubts.get(key) ?? settled.get(key)

  function settle(key: string, intention: Intention, state: 'placed' | 'doubt' | 'free'): void {
    open.delete(key)
    if (state === 'free') return
    intention.state = state
    intention.work = undefined
    if (state === 'doubt') {
      doubts.set(key, intention)
      if (doubts.size > remembered) doubts.delete(doubts.keys().next().value as string)
      return
    }
    settled.set(key, intention)
    order.push(key)
    if (settled.size <= remembered) return
    settled.delete(order[first++] as string)
    if (first <= remembered) return
    order = order.slice(first)
    first = 0
  }

  /** Opens an intention, and remembers its end for as long as that end demands. */
  function begin(key: string, intention: Intention, work: () => Promise<Call>): void {
    intention.state = 'open'
    open.set(key, intention)
    // The result is there before the work begins: what the work calls may ask for the same key.
    let follow!: (end: Promise<Call>) => void
    intention.result = new Promise((resolve) => {
      follow = resolve
    })
    follow(
      work().then(
        (call) => {
          settle(key, intention, 'placed')
          return call
        },
        (error: DigaError) => {
          settle(key, intention, error.placed === 'no' ? 'free' : 'doubt')
          throw error
        },
      ),
    )
  }

  /** Sends until there is an answer or a doubt. */
  async function place(
    key: string,
    body: CallRequest,
    options: CreateOptions,
    intention: Intention,
  ): Promise<Call> {
    const { fields, work } = intention
    const signal = work?.signal
    // Read before anything is awaited: the caller may use the body again for the next call.
    const { to_number: to } = body
    const { timeoutMs = core.timeoutMs ?? 60_000, maxRetries = core.maxRetries, notAfter } = options
    const lastWall = notAfter?.getTime() ?? Number.POSITIVE_INFINITY
    const lastElapsed = clock.elapsed() + lastWall - clock.now()
    const variables = core.marker ? { ...body.dynamic_variables, digame_key: key } : body.dynamic_variables
    const built = await core.build(
      where,
      path,
      { body: variables ? { ...body, dynamic_variables: variables } : body },
      options.headers,
      { ...fields, placed: 'no' },
    )
    const tracks: Track[] = []
    try {
      for (let retry = 0; ; retry++) {
        const wall = clock.now()
        const elapsed = clock.elapsed()
        const mayGo = (): boolean => {
          if (clock.now() >= lastWall || clock.elapsed() >= lastElapsed) return false
          fields.sentAt ??= new Date(wall)
          return true
        }
        const sent = await core.dispatch(built, where, retry, { timeoutMs, signal, mayGo, tracks })
        const call = readCall(sent, key)
        if (call) return seen(call, sent.status)
        const error = failure(sent, fields)
        if (error.placed === 'maybe') {
          intention.doubt = { wall, elapsed, error }
          if (sent.why !== 'aborted' && options.lookUp !== false) return await lookUp(key, to, intention)
          throw error
        }
        const mayPass =
          sent.why !== 'aborted' && (error.status === 429 || (sent.neverLeft && isPassing(error)))
        const delayMs = mayPass && retry < maxRetries ? backoff(core, retry, error) : undefined
        if (delayMs === undefined) throw error
        core.emit({ type: 'retry', ...told(where), requestId: sent.id, delayMs, reason: error.code })
        await sleep(clock, delayMs, signal).catch((cause) => {
          throw failure({ id: sent.id, why: 'aborted', cause, neverLeft: true }, fields)
        })
      }
    } finally {
      // Until now a late second dispatch of one of them, by a fetch that retries, is stopped.
      for (const track of tracks) release(track)
    }
  }

  /** A success with a call in it; not one that names another intention, nor a gateway's receipt with an id of its own. */
  function readCall(sent: Sent, key: string): Call | undefined {
    if (sent.why || sent.status === undefined || sent.status < 200 || sent.status > 299) return undefined
    const call = callIn(json(sent.text))
    if (!call || !(call.agent_id || call.contact || call.created_date)) return undefined
    return core.marker && (keyOf(call) ?? key) !== key ? undefined : call
  }

  function failure(sent: Sent, known: Partial<DigaErrorFields>): DigaError {
    const fields = { ...known, placed: placedAfter(sent) }
    return errorOf(where, sent, fields, clock.now()) ?? unreadable(where, sent, fields)
  }

  async function lookUp(key: string, to: string, intention: Intention): Promise<Call> {
    const doubt = intention.doubt as Doubt
    const signal = intention.work?.signal
    const settled = (): number => clock.elapsed() - doubt.elapsed
    const found = await find(core, {
      key,
      to,
      // A machine that slept counts on its wall clock only.
      age: () => Math.max(settled(), clock.now() - doubt.wall),
      settled,
      slackMs: 60_000,
      signal,
    }).catch((cause) => {
      throw aborted(cause, 'maybe', intention.fields)
    })
    if (!found.call) throw core.marker ? withCandidates(doubt.error, found.candidates) : doubt.error
    core.emit({ type: 'recovered', idempotencyKey: key, callId: found.call.id })
    return seen(found.call)
  }

  /** Waits for an intention's end; the last one to abort ends its work. */
  function join(intention: Intention, signal: AbortSignal | undefined): Promise<Call> {
    if (intention.state === 'placed' || !signal) {
      intention.waiting++
      return intention.result
    }
    return new Promise((resolve, reject) => {
      const onAbort = (): void => {
        if (--intention.waiting === 0) intention.work?.abort(signal.reason)
        else reject(aborted(signal.reason, 'maybe', intention.fields))
      }
      intention.waiting++
      signal.addEventListener('abort', onAbort, { once: true })
      intention.result.then(resolve, reject).finally(() => signal.removeEventListener('abort', onAbort))
    })
  }

  return async (body, options) => {
    const { idempotencyKey: key = crypto.randomUUID(), signal } = options
    const print = checkCall(body, options, key)
    let intention = known(key)
    // All who waited for it have aborted: it ends in a moment, and is not this caller's end.
    while (intention?.state === 'open' && intention.work?.signal.aborted) {
      await intention.result.catch(() => {})
      // The caller may have used the body again.
      body = JSON.parse(print)
      intention = known(key)
    }
    if (intention && intention.print !== print && sorted(intention.print) !== sorted(print)) {
      throw new DigaInvalidCallError(
        `${where} was not sent: its idempotency key was used before with another body; give each intention its own.`,
        { ...intention.fields, code: 'IDEMPOTENCY_KEY_REUSED', placed: 'maybe' },
      )
    }
    if (signal?.aborted)
      throw aborted(signal.reason, intention ? 'maybe' : 'no', intention?.fields ?? { idempotencyKey: key })
    if (!intention) {
      const made: Intention = {
        state: 'open',
        print,
        result: never,
        waiting: 0,
        work: signal && new AbortController(),
        fields: { idempotencyKey: key },
      }
      intention = made
      begin(key, made, () => trace({ idempotencyKey: key }, () => place(key, body, options, made)))
    } else if (intention.state === 'doubt' && intention.doubt) {
      if (options.lookUp === false) throw intention.doubt.error
      const doubted = intention
      doubts.delete(key)
      doubted.waiting = 0
      doubted.work = signal && new AbortController()
      begin(key, doubted, () => lookUp(key, body.to_number, doubted))
    }
    return join(intention, signal)
  }
}

/** The error of a doubt, once more, with what this look-up saw. */
function withCandidates(error: DigaError, candidates: readonly Call[]): DigaError {
  const Type = error.constructor as new (message: string, fields: DigaErrorFields) => DigaError
  return new Type(error.message, { ...error, cause: error.cause, candidates })
}

/** The same JSON, whatever the order of its names. */
const sorted = (print: string): string =>
  JSON.stringify(JSON.parse(print), (_, value) =>
    typeof value === 'object' && value !== null && !Array.isArray(value)
      ? Object.fromEntries(Object.entries(value).sort())
      : value,
  )

const never = new Promise<never>(() => {})

function aborted(cause: unknown, placed: 'no' | 'maybe', fields: Intention['fields']): DigaError {
  const doubt = placed === 'maybe' ? 'a call may have been placed.' : 'nothing was sent.'
  return new DigaAbortError(`${where} was aborted; ${doubt}`, { ...fields, code: 'ABORTED', cause, placed })
}
