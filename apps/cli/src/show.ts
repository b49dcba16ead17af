import { type Call, type Message, maskNumber, outcomeOf } from '@digame/client'
import { clean, type Style } from './output.ts'

const seconds = (call: Call): string | undefined =>
  typeof call.duration === 'number' ? `${call.duration} s` : undefined

const number = (call: Call): string | undefined =>
  typeof call.contact?.identifier === 'string' ? maskNumber(call.contact.identifier) : undefined

const variables = (call: Call): string =>
  Object.entries(call.dynamic_variables ?? {})
    .map(([name, value]) => `${name}=${typeof value === 'string' ? value : JSON.stringify(value)}`)
    .join(', ')

/** How a call ended, or that it has been placed. */
export const ending = (call: Call): readonly (readonly [string, unknown])[] => [
  ['call', call.id],
  ...(outcomeOf(call) ? [] : [['status', call.status] as const]),
  ['outcome', outcomeOf(call)],
  ['reason', call.end_reason],
  ['duration', seconds(call)],
]

/** All that people want to know of a call; numbers are masked. */
export const details = (call: Call): readonly (readonly [string, unknown])[] => [
  ['call', call.id],
  ['status', call.status],
  ['outcome', outcomeOf(call)],
  ['reason', call.end_reason],
  ['type', call.type],
  ['number', number(call)],
  ['created', call.created_date],
  ['started', call.start_time],
  ['ended', call.end_time],
  ['duration', seconds(call)],
  ['variables', variables(call)],
  ['recording', call.recording_url],
]

/** A call on one line of a list. */
export const line = (call: Call): string =>
  `${[
    clean(call.created_date).padEnd(24),
    clean(outcomeOf(call) ?? call.status).padEnd(11),
    clean(call.type).padEnd(8),
    clean(number(call) ?? '').padEnd(12),
    (seconds(call) ?? '').padStart(6),
    clean(call.id),
  ].join('  ')}\n`

/** One thing said or done. */
export function said(message: Message, paint: (style: Style, text: string) => string): string {
  const { role, content, tool_call: tool } = message
  const did = tool ? `${tool.tool_name ?? tool.function_name ?? tool.type} (${tool.status})` : undefined
  const words = [content, did].filter((part) => part !== undefined && part !== null && part !== '')
  return `${paint('dim', clean(role).padEnd(9))}  ${clean(words.join(' '))}\n`
}
