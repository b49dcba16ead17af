import type { Call } from './call.ts'
import type { DigaEvent } from './events.ts'
import { maskNumbers } from './number.ts'
import type { Settings } from './options.ts'

const statuses = new Set([
  'dialing',
  'in_queue',
  'in_progress',
  'completed',
  'failed',
  'transferred',
  'no_answer',
])
const required = [
  'agent_id',
  'agent_version_id',
  'status',
  'type',
  'contact',
  'phone_register_id',
  'created_date',
]
const fields = new Set([
  ...required,
  ...[
    'id',
    'recording_url',
    'start_time',
    'end_time',
    'duration',
    'end_reason',
    'dynamic_variables',
    'phone_id',
  ],
])

/** Tells what a call has that this version does not know, and what it lacks, each once a client. */
export function createDriftWatch({ emit, listening }: Settings): (call: Call, createdWith?: number) => Call {
  const told = new Set<string>()
  const tell = (kind: Extract<DigaEvent, { type: 'drift' }>['kind'], detail: string): void => {
    const name = `${kind} ${detail}`
    // A service that makes up a name for each call must not fill the memory.
    if (told.has(name) || told.size >= 1000) return
    told.add(name)
    emit({ type: 'drift', kind, detail: maskNumbers(detail) })
  }
  return (call, createdWith = 201) => {
    if (!listening) return call
    if (createdWith !== 201) tell('status_code', `${createdWith} instead of 201`)
    const renamed = 'phone_id' in call && !('phone_register_id' in call)
    if (renamed) tell('renamed_field', 'phone_register_id is phone_id')
    if ('status' in call && !statuses.has(call.status))
      tell('unknown_status', typeof call.status === 'string' ? call.status : typeof call.status)
    for (const name of required) {
      if (!(name in call) && !(renamed && name === 'phone_register_id')) tell('missing_field', name)
    }
    for (const name of Object.keys(call)) if (!fields.has(name)) tell('unknown_field', name)
    return call
  }
}
