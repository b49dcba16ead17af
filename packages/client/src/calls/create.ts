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

import type { Call, CallRequest } from '../call.ts'
import { sleep } from '../clock.ts'
import { DigaError, type DigaErrorFields, DigaInvalidCallError } from '../errors.ts'
import { release, type Track } from '../http/evidence.ts'
import { backoff, isPassing } from '../http/read.ts'
import type { Core } from '../http/request.ts'
import { type RequestOptions, told } from '../http/request.ts'
import { callIn, errorOf, json, keyOf, placedAfter, unreadable } from '../http/response.ts'
import type { Outgoing, Sent } from '../http/send.ts'
import { trace } from '../tracing.ts'
import { createKeys } from './intentions.ts'
import { find } from './look-up.ts'
import { checkCall } from './validate.ts'

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

/** What a create was asked for, as it stood when it was asked. */
interface Plan {
  readonly built: Outgoing | undefined
  readonly timeoutMs: number
  readonly maxRetries: number
  readonly lookUp: boolean | undefined
  /** From which moment on nothing is sent, by either clock. */
  readonly lastWall: number | undefined
  readonly lastElapsed: number | undefined
}

interface Intention {
  state: 'open' | 'placed' | 'doubt'
  /** The body as it travels; without another one the same key means the same call. */
  readonly wire: string
  result: Promise<Call>
  /** Those who wait for `result` and have not aborted. */
  waiting: number
  /** Ends the work; only there while somebody could abort it. */
  work: AbortController | undefined
  /** When the first request was handed to fetch, by the wall clock; a number, as ten thousand of them are kept. */
  sentAt: number | undefined
  /** How the send ended that left the doubt, and since when it stands. */
  doubt: Doubt | undefined
}

interface Doubt {
  readonly wall: number
  readonly elapsed: number
  readonly error: DigaError
}

const where = 'POST /v1/call/'

/** What all errors of an intention carry. */
const fieldsOf = (idempotencyKey: string, { sentAt }: Partial<Intention> = {}) => ({
  idempotencyKey,
  ...(sentAt !== undefined && { sentAt: new Date(sentAt) }),
})

export function createPlacer(
  core: Core,
  seen: (call: Call, status?: number) => Call,
): (body: CallRequest, options: CreateOptions) => Promise<Call> {
  const { clock } = core
  const keys = createKeys<Intention>()

  function settle(key: string, intention: Intention, state: 'placed' | 'doubt' | 'free'): void {
    keys.settle(key, state)
    if (state !== 'free') intention.state = state
    intention.work = undefined
  }

  /** Opens an intention, and remembers its end for as long as that end demands. */
  function begin(key: string, intention: Intention, work: () => Promise<Call>): void {
    intention.state = 'open'
    keys.open(key, intention)
    // The result is there before the work begins: what the work calls may ask for the same key.
    let resolve!: (call: Call) => void
    let reject!: (error: unknown) => void
    intention.result = new Promise((...ends) => {
      ;[resolve, reject] = ends
    })
    const run = async (): Promise<Call> => {
      // Whoever waits is counted, and hears of aborts, before anybody is told of a request.
      await undefined
      return await work()
    }
    run().then(
      (call) => {
        settle(key, intention, 'placed')
        resolve(call)
      },
      (error: unknown) => {
        // Somebody else's error proves nothing, whatever it says.
        settle(key, intention, error instanceof DigaError && error.placed === 'no' ? 'free' : 'doubt')
        reject(error)
      },
    )
  }

  /** Sends until there is an answer or a doubt. */
  async function place(key: string, to: string, plan: Plan, intention: Intention): Promise<Call> {
    const signal = intention.work?.signal
    const { built, timeoutMs, maxRetries, lookUp: looksUp, lastWall, lastElapsed } = plan
    const tracks: Track[] = []
    try {
      for (let retry = 0; ; retry++) {
        const wall = clock.now()
        const elapsed = clock.elapsed()
        const mayGo = (): boolean => {
          if (lastWall !== undefined && clock.now() >= lastWall) return false
          if (lastElapsed !== undefined && clock.elapsed() >= lastElapsed) return false
          intention.sentAt ??= wall
          return true
        }
        const sent = await core.dispatch(built as Outgoing, where, retry, {
          timeoutMs,
          signal,
          mayGo,
          tracks,
        })
        const call = readCall(sent, key)
        if (call) return seen(call, sent.status)
        const error = failure(sent, key, intention)
        if (error.placed === 'maybe') {
          intention.doubt = { wall, elapsed, error }
          if (sent.why !== 'aborted' && looksUp !== false) return await lookUp(key, to, intention)
          throw error
        }
        const mayPass =
          sent.why !== 'aborted' && (error.status === 429 || (sent.neverLeft && isPassing(error)))
        const delayMs = mayPass && retry < maxRetries ? backoff(core, retry, error) : undefined
        if (delayMs === undefined) throw error
        core.emit({ type: 'retry', ...told(where), requestId: sent.id, delayMs, reason: error.code })
        await sleep(clock, delayMs, signal).catch((cause) => {
          throw failure({ id: sent.id, why: 'aborted', cause, neverLeft: true }, key, intention)
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

  function failure(sent: Sent, key: string, intention: Intention): DigaError {
    const fields = { ...fieldsOf(key, intention), placed: placedAfter(sent) }
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
      throw aborted(cause, 'maybe', key, intention)
    })
    if (!found.call) throw core.marker ? withCandidates(doubt.error, found.candidates) : doubt.error
    core.emit({ type: 'recovered', idempotencyKey: key, callId: found.call.id })
    return seen(found.call)
  }

  /** Waits for an intention's end; the last one to abort ends its work. */
  function join(key: string, intention: Intention, signal: AbortSignal | undefined): Promise<Call> {
    if (intention.state === 'placed' || !signal) {
      intention.waiting++
      return intention.result
    }
    return new Promise((resolve, reject) => {
      const onAbort = (): void => {
        if (--intention.waiting === 0) intention.work?.abort(signal.reason)
        else reject(aborted(signal.reason, 'maybe', key, intention))
      }
      intention.waiting++
      signal.addEventListener('abort', onAbort, { once: true })
      intention.result.then(resolve, reject).finally(() => signal.removeEventListener('abort', onAbort))
    })
  }

  return async (body, options) => {
    // All is read before anything is awaited: the caller may use the body and the options again for the next call. By name,
    // as a class may give an option by an accessor, which a copy of its own properties would lose.
    const { idempotencyKey: key = crypto.randomUUID(), signal, lookUp: looksUp, headers, notAfter } = options
    const { timeoutMs, maxRetries } = options
    const wire = checkCall(body, { signal, notAfter, timeoutMs, maxRetries }, key, core.marker)
    const { to_number: to } = body
    const lastWall = notAfter?.getTime()
    let intention = keys.get(key)
    const isLeft = intention?.work?.signal.aborted === true
    const fields = { idempotencyKey: key, placed: intention ? 'maybe' : 'no' } as const
    const plan: Plan = {
      // What is only joined or looked up is not written again.
      built:
        intention && !isLeft
          ? undefined
          : core.build(where, { path: '/v1/call/', headers, body: wire, fields }),
      timeoutMs: timeoutMs ?? core.timeoutMs ?? 60_000,
      maxRetries: maxRetries ?? core.maxRetries,
      lookUp: looksUp,
      lastWall,
      lastElapsed: lastWall === undefined ? undefined : clock.elapsed() + lastWall - clock.now(),
    }
    // All who waited for it have aborted: it ends in a moment, and is not this caller's end.
    while (intention?.state === 'open' && intention.work?.signal.aborted) {
      await intention.result.catch(() => {})
      intention = keys.get(key)
    }
    if (intention && intention.wire !== wire && sorted(intention.wire) !== sorted(wire)) {
      throw new DigaInvalidCallError(
        `${where} was not sent: its idempotency key was used before with another body; give each intention its own.`,
        { ...fieldsOf(key, intention), code: 'IDEMPOTENCY_KEY_REUSED', placed: 'maybe' },
      )
    }
    if (signal?.aborted) throw aborted(signal.reason, intention ? 'maybe' : 'no', key, intention)
    if (!intention) {
      const made: Intention = {
        state: 'open',
        wire,
        result: never,
        waiting: 0,
        work: signal && new AbortController(),
        sentAt: undefined,
        doubt: undefined,
      }
      intention = made
      begin(key, made, () => trace({ idempotencyKey: key }, () => place(key, to, plan, made)))
    } else if (intention.state === 'doubt' && intention.doubt) {
      if (looksUp === false) throw intention.doubt.error
      const doubted = intention
      doubted.waiting = 0
      doubted.work = signal && new AbortController()
      begin(key, doubted, () => lookUp(key, to, doubted))
    }
    return await join(key, intention, signal)
  }
}

/** The error of a doubt, once more, with what this look-up saw. */
function withCandidates(error: DigaError, candidates: readonly Call[]): DigaError {
  const Type = error.constructor as new (message: string, fields: DigaErrorFields) => DigaError
  return new Type(error.message, { ...error, cause: error.cause, candidates })
}

/** The same JSON, whatever the order of its names. */
const sorted = (wire: string): string =>
  JSON.stringify(JSON.parse(wire), (_, value) =>
    typeof value === 'object' && value !== null && !Array.isArray(value)
      ? Object.fromEntries(Object.entries(value).sort())
      : value,
  )

const never = new Promise<never>(() => {})

function aborted(cause: unknown, placed: 'no' | 'maybe', key: string, intention?: Intention): unknown {
  const sent = { id: '', why: 'aborted', cause, neverLeft: placed === 'no' } as const
  return errorOf(where, sent, { ...fieldsOf(key, intention), placed }, 0)
}
