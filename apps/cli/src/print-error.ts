import type { DigaError } from '@digame/client'
import type { World } from './context.ts'
import { PlacedError } from './errors.ts'
import { type ExitCode, exitCodes } from './exit-codes.ts'
import { clean, json, painter } from './output.ts'

// Not by instanceof: to report a mistyped flag the client need not be loaded.
const isDigaError = (error: unknown): error is DigaError =>
  error instanceof Error && error.name.startsWith('Diga') && 'code' in error

// What this program throws itself is told whole by its message.
const isTold = ({ name }: Error): boolean =>
  name === 'UsageError' || name === 'FailedError' || name === 'InterruptedError'

/** The client speaks of its own arguments; the person knows the flags. */
const flagOf: Readonly<Record<string, string>> = { idempotencyKey: '--key' }

function messageOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  if (error.name !== 'DigaInvalidCallError') return error.message
  return error.message.replace(/^\w+/, (name) => flagOf[name] ?? name)
}

function exitCodeOf(failure: unknown, error: unknown): ExitCode {
  const { name, status } = (error ?? {}) as { name?: unknown; status?: unknown }
  if (name === 'DigaAbortError' || name === 'InterruptedError') return exitCodes.interrupted
  if (failure instanceof PlacedError) return exitCodes.unknown
  if (name === 'UsageError' || name === 'DigaInvalidCallError') return exitCodes.usage
  return status === 401 || status === 403 ? exitCodes.authentication : exitCodes.failure
}

/** Tells a failure on stderr, as text or as one object. @returns what the process ends with */
export function report(failure: unknown, { stderr, env }: World, asJson: boolean): ExitCode {
  const after = failure instanceof PlacedError ? failure : undefined
  const error = after ? after.cause : failure
  const exitCode = exitCodeOf(failure, error)
  const known: Partial<DigaError> = isDigaError(error) ? error : {}
  const candidates = known.candidates?.map(({ id }) => id)
  if (asJson) {
    const { name = 'Error', code = 'UNEXPECTED' } = (error ?? {}) as Partial<DigaError>
    const { placed, idempotencyKey, sentAt, status, requestId } = known
    const about = { placed, idempotencyKey, sentAt, status, requestId, candidates }
    const { advice, callId } = after ?? {}
    stderr.write(json({ error: { name, code, message: messageOf(error), ...about, callId, advice } }))
    return exitCode
  }
  const paint = painter(stderr, env)
  const head = exitCode === exitCodes.interrupted ? paint('yellow', 'interrupted:') : paint('red', 'error:')
  const unplaced = known.placed === 'no' && exitCode !== exitCodes.usage ? ' No call was placed.' : ''
  stderr.write(`${head} ${clean(messageOf(error))}${unplaced}\n`)
  if (candidates?.length) stderr.write(`It may be one of these calls: ${clean(candidates.join(', '))}\n`)
  if (after) stderr.write(`${clean(after.advice)}\n`)
  if (error instanceof Error && !isDigaError(error) && !isTold(error)) {
    stderr.write(`This should not happen. ${clean(error.stack?.split('\n').slice(1, 4).join(' '))}\n`)
  }
  return exitCode
}
