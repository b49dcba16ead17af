import type { components } from '@digame/spec'
import { type Call, isKnownStatus } from './call.ts'
import type { DigaEvent } from './events.ts'
import { maskNumbers } from './number.ts'
import type { Settings } from './settings.ts'
import { outcomeOfReason } from './values.ts'

type SpecCall = components['schemas']['Call']

/** `true` for a field that is always there, `false` for an optional one; the compiler checks every entry. */
type IsRequired = {
  readonly [Name in keyof SpecCall | 'phone_id']-?: Name extends Exclude<keyof SpecCall, 'id'>
    ? object extends Pick<SpecCall, Name>
      ? false
      : true
    : false
}

const isRequired: IsRequired = {
  // A create without an id is an error, and an item of a list passes through without one: neither is drift.
  id: false,
  agent_id: true,
  agent_version_id: true,
  status: true,
  type: true,
  contact: true,
  phone_register_id: true,
  created_date: true,
  recording_url: false,
  start_time: false,
  end_time: false,
  duration: false,
  end_reason: false,
  dynamic_variables: false,
  // Another name for phone_register_id, reported as such.
  phone_id: false,
}

/** The service may invent a new name for each call; reports must not fill the memory. */
const mostReports = 1000

/** Makes a function that reports how a call differs from the spec, each difference once per client, and returns the call. */
export function createDriftReporter({
  emit,
  isListening,
}: Settings): (call: Call, createStatus?: number) => Call {
  const reported = new Set<string>()
  const report = (kind: Extract<DigaEvent, { type: 'drift' }>['kind'], detail: string): void => {
    const name = `${kind} ${detail}`
    if (reported.has(name) || reported.size >= mostReports) return
    reported.add(name)
    emit({ type: 'drift', kind, detail: maskNumbers(detail) })
  }
  return (call, createStatus = 201) => {
    if (!isListening) return call
    if (createStatus !== 201) report('status_code', `${createStatus} instead of 201`)
    const isRenamed = 'phone_id' in call && !('phone_register_id' in call)
    if (isRenamed) report('renamed_field', 'phone_register_id is phone_id')
    if ('status' in call && !isKnownStatus(call.status))
      report('unknown_status', typeof call.status === 'string' ? call.status : typeof call.status)
    for (const [name, isNeeded] of Object.entries(isRequired)) {
      const reason = call.end_reason
      if (reason && !Object.hasOwn(outcomeOfReason, reason)) report('unknown_end_reason', `${reason}`)
      if (isNeeded && !(name in call) && !(isRenamed && name === 'phone_register_id'))
        report('missing_field', name)
    }
    for (const name of Object.keys(call)) {
      if (!Object.hasOwn(isRequired, name)) report('unknown_field', name)
    }
    return call
  }
}
