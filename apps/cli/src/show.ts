import { type Call, type Message, maskNumber, outcomeOf } from '@digame/client'
import { clean, type Row, type Style } from './output.ts'

const durationOf = (call: Call): string | undefined =>
  typeof call.duration === 'number' ? `${call.duration} s` : undefined

const numberOf = (call: Call): string | undefined =>
  typeof call.contact?.identifier === 'string' ? maskNumber(call.contact.identifier) : undefined

const variablesOf = (call: Call): string =>
  Object.entries(call.dynamic_variables ?? {})
    .map(([name, value]) => `${name}=${typeof value === 'string' ? value : JSON.stringify(value)}`)
    .join(', ')

/** The outcome of an ended call, or the status of one under way. */
export const outcomeRows = (call: Call): readonly Row[] => [
  ['call', call.id],
  ...(outcomeOf(call) ? [] : [['status', call.status] as const]),
  ['outcome', outcomeOf(call)],
  ['reason', call.end_reason],
  ['duration', durationOf(call)],
]

/** Everything about a call that people want to know, with masked numbers. */
export const detailRows = (call: Call): readonly Row[] => [
  ['call', call.id],
  ['status', call.status],
  ['outcome', outcomeOf(call)],
  ['reason', call.end_reason],
  ['type', call.type],
  ['number', numberOf(call)],
  ['created', call.created_date],
  ['started', call.start_time],
  ['ended', call.end_time],
  ['duration', durationOf(call)],
  ['variables', variablesOf(call)],
  ['recording', call.recording_url],
]

/** Formats a call as one line of a list. */
export const formatListLine = (call: Call): string =>
  `${[
    clean(call.created_date).padEnd(24),
    clean(outcomeOf(call) ?? call.status).padEnd(11),
    clean(call.type).padEnd(8),
    clean(numberOf(call) ?? '').padEnd(12),
    (durationOf(call) ?? '').padStart(6),
    clean(call.id),
  ].join('  ')}\n`

/** Formats one message of a transcript: what was said, or which tool was used. */
export function formatMessage(message: Message, paint: (style: Style, text: string) => string): string {
  const { role, content, tool_call: tool } = message
  const toolUse = tool ? `${tool.tool_name ?? tool.function_name ?? tool.type} (${tool.status})` : undefined
  const parts = [content, toolUse].filter((part) => part !== undefined && part !== null && part !== '')
  return `${paint('dim', clean(role).padEnd(9))}  ${clean(parts.join(' '))}\n`
}
