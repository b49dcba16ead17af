import type { Clock } from '../clock.ts'
import type { Call } from '../contract/types.ts'
import type { Line } from '../exchange/exchange.ts'
import { lastWords, lifeOf, type Vocabulary } from '../exchange/life.ts'
import { namedId } from '../exchange/random.ts'

export interface ViewOptions {
  readonly clock: Clock
  readonly seed: number
  readonly vocabulary: Vocabulary
}

/** How the wire shows calls. */
export interface View {
  show(line: Line): Call
  /** Many at once; a call in whose life nothing has happened since is the same object as before. */
  showAll(lines: readonly Line[]): readonly Call[]
}

const moment = (ms: number | undefined): string | null =>
  ms === undefined ? null : new Date(ms).toISOString()

export function createView({ clock, seed, vocabulary }: ViewOptions): View {
  // Every contact was first seen when the mock began: remembering the true first call would grow without end.
  const opened = new Date(clock.now()).toISOString()
  const seen = new WeakMap<Line, { readonly state: Line['state']; readonly call: Call }>()

  const show = (line: Line): Call => {
    const { id, to, phone, state, created, started, ended, ending } = line
    const talked = started !== undefined && ended !== undefined
    return {
      id,
      agent_id: phone.agent,
      agent_version_id: line.agentVersion,
      status: state === 'ended' ? 'completed' : state,
      type: 'outbound',
      contact: {
        id: namedId(seed, `contact ${to}`),
        created_date: opened,
        identifier: to,
        contact_type: 'call',
      },
      phone_register_id: phone.id,
      created_date: new Date(created).toISOString(),
      recording_url: talked ? `https://recordings.example/${id}.mp3` : null,
      start_time: moment(started),
      end_time: moment(ended),
      duration: ended === undefined ? null : started === undefined ? 0 : Math.ceil((ended - started) / 1000),
      end_reason: null,
      dynamic_variables: line.variables,
      ...(state === 'ended' && lastWords(ending, lifeOf(line).byAgent, vocabulary)),
    }
  }

  const showSame = (line: Line): Call => {
    const known = seen.get(line)
    if (known?.state === line.state) return known.call
    const call = show(line)
    seen.set(line, { state: line.state, call })
    return call
  }

  return { show, showAll: (lines) => lines.map(showSame) }
}
