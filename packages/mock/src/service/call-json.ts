import type { Clock } from '../clock.ts'
import type { Call } from '../contract/types.ts'
import type { ExchangeCall } from '../exchange/call.ts'
import { createNamedId } from '../exchange/random.ts'
import { createEndStatus, type EndReasons, type Vocabulary } from './end-status.ts'

export interface CallFormatOptions {
  readonly clock: Clock
  readonly seed: number
  readonly vocabulary: Vocabulary
  readonly endReasons: EndReasons
}

/** Turns calls of the exchange into calls of the API. */
export interface CallFormat {
  toCallJson(call: ExchangeCall): Call
  /** Formats many calls; one whose state has not changed since the last time is the same object as before. */
  toCallsJson(calls: readonly ExchangeCall[]): readonly Call[]
}

const toDate = (ms: number | undefined): string | null =>
  ms === undefined ? null : new Date(ms).toISOString()

/** The seconds from answer to end, rounded up; 0 for a call that nobody answered, null until the end. */
function durationOf({ started, ended }: ExchangeCall): number | null {
  if (ended === undefined) return null
  return started === undefined ? 0 : Math.ceil((ended - started) / 1000)
}

export function createCallFormat({ clock, seed, vocabulary, endReasons }: CallFormatOptions): CallFormat {
  const endStatusOf = createEndStatus(vocabulary, endReasons)
  // All contacts are as old as the mock: remembering the first call to each would need memory without end.
  const contactsCreated = new Date(clock.now()).toISOString()
  const cache = new WeakMap<ExchangeCall, { readonly state: ExchangeCall['state']; readonly json: Call }>()

  const toCallJson = (call: ExchangeCall): Call => {
    const { id, to, phone, state, created, started, ended } = call
    const hasTalked = started !== undefined && ended !== undefined
    return {
      id,
      agent_id: phone.agent,
      agent_version_id: call.agentVersion,
      status: state === 'ended' ? 'completed' : state,
      type: 'outbound',
      contact: {
        id: createNamedId(seed, `contact ${to}`),
        created_date: contactsCreated,
        identifier: to,
        contact_type: 'call',
      },
      phone_register_id: phone.id,
      created_date: new Date(created).toISOString(),
      recording_url: hasTalked ? `https://recordings.example/${id}.mp3` : null,
      start_time: toDate(started),
      end_time: toDate(ended),
      duration: durationOf(call),
      end_reason: null,
      dynamic_variables: call.variables,
      ...(state === 'ended' && endStatusOf(call)),
    }
  }

  const toSameJson = (call: ExchangeCall): Call => {
    const cached = cache.get(call)
    if (cached?.state === call.state) return cached.json
    const json = toCallJson(call)
    cache.set(call, { state: call.state, json })
    return json
  }

  return { toCallJson, toCallsJson: (calls) => calls.map(toSameJson) }
}
