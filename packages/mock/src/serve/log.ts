import type { JournalEntry } from '../script/journal.ts'

const mask = (number: string) =>
  number.length < 7
    ? '*'.repeat(number.length)
    : number.slice(0, 4) + '*'.repeat(number.length - 6) + number.slice(-2)

const masked = (path: string) => path.replace(/(?:\+|%2B)\d+/gi, mask)

function numberOf({ body }: JournalEntry): string | undefined {
  if (typeof body !== 'object' || body === null || !('to_number' in body)) return undefined
  return typeof body.to_number === 'string' ? mask(body.to_number) : undefined
}

/** One request as a line for people, phone numbers masked. */
export function logLine(entry: JournalEntry): string {
  const { at, method, path, status, fault, callId, violations } = entry
  const parts = [
    new Date(at).toISOString().slice(11, 19),
    method,
    masked(path),
    numberOf(entry),
    status ?? 'no answer',
    fault && `(${fault})`,
    callId && `call ${callId}`,
    ...violations.map(({ location, code }) => `! ${masked(location.join('.'))} ${code}`),
  ]
  return parts.filter((part) => part !== undefined).join(' ')
}

/** One request as a line of JSON, phone numbers masked. */
export function logJson(entry: JournalEntry): string {
  const { at, method, path, operation, status, fault, callId, violations } = entry
  const time = new Date(at).toISOString()
  const to_number = numberOf(entry)
  const shown = {
    event: 'request',
    time,
    method,
    path: masked(path),
    operation,
    to_number,
    status,
    fault,
    callId,
  }
  return JSON.stringify({ ...shown, violations })
}
