import { sleep } from '../abort.ts'
import type { Call } from '../call.ts'
import type { Core } from '../http/core.ts'
import { release, type Track } from '../http/evidence.ts'
import { isTemporary, retryDelayMs } from '../http/read.ts'
import type { Outgoing, Sent } from '../http/send.ts'
import { parseSuccess } from '../http/success.ts'
import { createError, createRoute } from './create-errors.ts'
import type { Creator, Intention } from './intention.ts'
import { recover } from './recover.ts'
import { isCall, keyOf } from './wire.ts'

/** How a create is to be sent, read from its options before anything is awaited. */
export interface Plan {
  readonly built: Outgoing
  readonly to: string
  readonly timeoutMs: number
  readonly maxRetries: number
  readonly lookUp: boolean | undefined
  /** `notAfter` in milliseconds since 1970; infinite if there is none. */
  readonly lastWall: number
  /** `notAfter` by the monotonic clock, in milliseconds. */
  readonly lastElapsed: number
}

/** Sends until there is a response or a doubt; a doubt is looked up unless the plan says otherwise. */
export async function sendCreate(creator: Creator, plan: Plan, intention: Intention): Promise<Call> {
  const { core, reportDrift } = creator
  const { clock } = core
  const signal = intention.work?.signal
  const { built, timeoutMs, maxRetries } = plan
  const tracks: Track[] = []
  try {
    for (let retry = 0; ; retry++) {
      const wall = clock.now()
      const elapsed = clock.elapsed()
      const mayGo = (): boolean => {
        if (clock.now() >= plan.lastWall || clock.elapsed() >= plan.lastElapsed) return false
        intention.sentAt ??= wall
        return true
      }
      const sent = await core.dispatch(built, retry, { timeoutMs, signal, mayGo, tracks })
      const call = readPlacedCall(core, sent, intention.key)
      if (call) return reportDrift(call, sent.status)
      const error = createError(sent, intention, clock.now())
      if (error.placed === 'maybe') {
        intention.doubt = { wall, elapsed, error }
        if (sent.why !== 'aborted' && plan.lookUp !== false)
          return await recover(creator, plan.to, intention, intention.doubt)
        throw error
      }
      const mayPass =
        sent.why !== 'aborted' && (error.status === 429 || (sent.neverLeft && isTemporary(error)))
      const delayMs = mayPass && retry < maxRetries ? retryDelayMs(core, retry, error) : undefined
      if (delayMs === undefined) throw error
      core.emit({ type: 'retry', ...createRoute, requestId: sent.id, delayMs, reason: error.code })
      await sleep(clock, delayMs, signal).catch((cause) => {
        throw createError({ id: sent.id, why: 'aborted', cause, neverLeft: true }, intention, clock.now())
      })
    }
  } finally {
    // Tracked until here, so that a fetch that retries cannot send one of them again.
    for (const track of tracks) release(track)
  }
}

/**
 * Reads the call out of a successful response.
 *
 * Rejects a call with another key, and a gateway's receipt, which has an id of its own and none of a call's fields.
 */
function readPlacedCall({ marker }: Core, sent: Sent, key: string): Call | undefined {
  const call = parseSuccess(sent)
  if (!isCall(call) || !(call.agent_id || call.contact || call.created_date)) return undefined
  return marker && (keyOf(call) ?? key) !== key ? undefined : call
}
