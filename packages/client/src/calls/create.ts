import { isRecord } from '@digame/internal'
import type { Call, CallRequest } from '../call.ts'
import { DigaError } from '../errors.ts'
import type { Core } from '../http/core.ts'
import { trace } from '../tracing.ts'
import { abortError, copyError, createRoute, refuseReusedKey } from './create-errors.ts'
import { type Creator, type Intention, isAbandoned, newIntention, open } from './intention.ts'
import { join } from './join.ts'
import { createKeys } from './keys.ts'
import type { CreateOptions } from './options.ts'
import { recover } from './recover.ts'
import { type Plan, sendCreate } from './send-create.ts'
import { checkCall } from './validate.ts'

export function createPlacer(
  core: Core,
  reportDrift: Creator['reportDrift'],
): (body: CallRequest, options?: CreateOptions) => Promise<Call> {
  const creator: Creator = { core, keys: createKeys<Intention>(), reportDrift }
  return (body, options = {}) => place(creator, body, options)
}

async function place(creator: Creator, body: CallRequest, options: CreateOptions): Promise<Call> {
  const { core, keys } = creator
  // Everything is read before anything is awaited: the caller may change the body and the options for the next call at once.
  // Options are read by name, because a class may define one as an accessor, which a copy of its own properties would miss.
  const {
    idempotencyKey: key = crypto.randomUUID(),
    timeoutMs = core.timeoutMs ?? 60_000,
    maxRetries = core.maxRetries,
    signal,
    lookUp,
    headers,
    notAfter,
  } = options
  const wire = checkCall(body, { signal, notAfter, timeoutMs, maxRetries }, key, core.marker)
  const { to_number: to } = body
  let intention = keys.get(key)
  if (!intention || isAbandoned(intention)) {
    const fields = { idempotencyKey: key, placed: intention ? 'maybe' : 'no' } as const
    const lastWall = notAfter?.getTime() ?? Number.POSITIVE_INFINITY
    const plan: Plan = {
      built: core.build({ ...createRoute, headers, body: wire, fields }),
      to,
      timeoutMs,
      maxRetries,
      lookUp,
      lastWall,
      lastElapsed: core.clock.elapsed() + lastWall - core.clock.now(),
    }
    // Everybody who waited for an abandoned intention has aborted; this caller has not, so its key is looked at again afterwards.
    while (intention && isAbandoned(intention)) {
      await intention.result.catch(() => {})
      intention = keys.get(key)
    }
    if (!intention) {
      if (signal?.aborted) throw abortError(signal.reason, 'no', { key, sentAt: undefined })
      intention = open(keys, newIntention(key, wire), signal, (made) =>
        trace(key, () => sendCreate(creator, plan, made)),
      )
    }
  }
  if (intention.wire !== wire && sortNames(intention.wire) !== sortNames(wire)) refuseReusedKey(intention)
  if (signal?.aborted) throw abortError(signal.reason, 'maybe', intention)
  const { doubt } = intention
  if (intention.state === 'doubt' && doubt) {
    if (lookUp === false) throw copyError(doubt.error)
    open(keys, intention, signal, (doubted) => recover(creator, to, doubted, doubt))
  }
  let call: Call | undefined
  try {
    call = await join(intention, signal)
  } catch (error) {
    // An error of the caller's own, made here, where its stack leads to the caller's line: several may wait for one result.
    throw error instanceof DigaError ? copyError(error) : error
  }
  if (!call) throw abortError(signal?.reason, 'maybe', intention)
  return call
}

/** The same JSON with the names of every object in alphabetical order. */
const sortNames = (wire: string): string =>
  JSON.stringify(JSON.parse(wire), (_, value) =>
    isRecord(value) ? Object.fromEntries(Object.entries(value).sort()) : value,
  )
