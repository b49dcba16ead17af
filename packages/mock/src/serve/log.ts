import { isRecord, maskNumber } from '@digame/internal'
import type { JournalEntry } from '../script/journal.ts'

const maskNumbersIn = (text: string) => text.replace(/(?:\+|%2B)\d+/gi, maskNumber)

function calledNumber({ body }: JournalEntry): string | undefined {
  const number = isRecord(body) ? body['to_number'] : undefined
  return typeof number === 'string' ? maskNumber(number) : undefined
}

/** Formats a request as a line for people; phone numbers are masked. */
export function formatLine(entry: JournalEntry): string {
  const { at, method, path, status, fault, callId, violations } = entry
  const parts = [
    new Date(at).toISOString().slice(11, 19),
    method,
    maskNumbersIn(path),
    calledNumber(entry),
    status ?? 'no response',
    fault && `(${fault})`,
    callId && `call ${callId}`,
    ...violations.map(({ location, code }) => `! ${maskNumbersIn(location.join('.'))} ${code}`),
  ]
  return parts.filter((part) => part !== undefined).join(' ')
}

/** Formats a request as a line of JSON; phone numbers are masked. */
export function formatJson(entry: JournalEntry): string {
  const { at, method, path, operation, status, fault, callId, violations } = entry
  return JSON.stringify({
    event: 'request',
    time: new Date(at).toISOString(),
    method,
    path: maskNumbersIn(path),
    operation,
    to_number: calledNumber(entry),
    status,
    fault,
    callId,
    violations,
  })
}
