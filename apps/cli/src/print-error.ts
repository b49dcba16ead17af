import type { DigaError } from '@digame/client'
import type { PlacedCall, World } from './context.ts'
import { CommandError, FailedError, InterruptedError, PlacedError, UsageError } from './errors.ts'
import { type ExitCode, exitCodes } from './exit-codes.ts'
import { clean, json, painter } from './output.ts'

// By name, because reporting a mistyped flag must not load the client.
const isDigaError = (error: unknown): error is DigaError =>
  error instanceof Error && error.name.startsWith('Diga') && 'code' in error

/** The client names its own argument; the command line has a flag for it. */
const flagByArgument: Readonly<Record<string, string>> = { idempotencyKey: '--key' }

function messageOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  if (error.name !== 'DigaInvalidCallError') return error.message
  return error.message.replace(/^\w+/, (name) => flagByArgument[name] ?? name)
}

function codeOf(error: unknown): string {
  const code = error instanceof Error && 'code' in error ? error.code : undefined
  return typeof code === 'string' ? code : 'UNEXPECTED'
}

function exitCodeOf(failure: unknown, error: unknown): ExitCode {
  const diga = isDigaError(error) ? error : undefined
  if (error instanceof InterruptedError || diga?.name === 'DigaAbortError') return exitCodes.interrupted
  if (failure instanceof PlacedError) return exitCodes.unknown
  if (error instanceof UsageError || diga?.name === 'DigaInvalidCallError') return exitCodes.usage
  return diga?.status === 401 || diga?.status === 403 ? exitCodes.authentication : exitCodes.failure
}

/** Formats a failure as the one JSON object that the README documents. */
function toJson(error: unknown, after: PlacedError | undefined): string {
  const { placed, idempotencyKey, sentAt, status, requestId, candidates }: Partial<DigaError> = isDigaError(
    error,
  )
    ? error
    : {}
  const about = {
    placed,
    idempotencyKey,
    sentAt,
    status,
    requestId,
    candidates: candidates?.map(({ id }) => id),
  }
  const name = error instanceof Error ? error.name : 'Error'
  const { advice, callId } = after ?? {}
  return json({ error: { name, code: codeOf(error), message: messageOf(error), ...about, callId, advice } })
}

/** Prints a failure on stderr, as text or as one JSON object. @returns the exit code of the process */
export function printError(failure: unknown, { stderr, env }: World, asJson: boolean): ExitCode {
  const after = failure instanceof PlacedError ? failure : undefined
  const error = after ? after.cause : failure
  const exitCode = exitCodeOf(failure, error)
  if (asJson) {
    stderr.write(toJson(error, after))
    return exitCode
  }
  const paint = painter(stderr, env)
  const { placed, candidates }: Partial<DigaError> = isDigaError(error) ? error : {}
  const head = exitCode === exitCodes.interrupted ? paint('yellow', 'interrupted:') : paint('red', 'error:')
  const notPlaced = placed === 'no' && exitCode !== exitCodes.usage ? ' No call was placed.' : ''
  stderr.write(`${head} ${clean(messageOf(error))}${notPlaced}\n`)
  if (candidates?.length) {
    stderr.write(`It may be one of these calls: ${clean(candidates.map(({ id }) => id).join(', '))}\n`)
  }
  if (after) stderr.write(`${clean(after.advice)}\n`)
  if (error instanceof Error && !isDigaError(error) && !(error instanceof CommandError)) {
    stderr.write(`This should not happen. ${clean(error.stack?.split('\n').slice(1, 4).join(' '))}\n`)
  }
  return exitCode
}

/**
 * Prints that stdout cannot be written, and which call was placed, since its id did not reach stdout.
 *
 * A reader that has closed the pipe is no error and prints nothing, unless a call was placed.
 *
 * @returns the exit code of the process
 */
export function printStdoutError(
  error: NodeJS.ErrnoException,
  world: World,
  asJson: boolean,
  placed?: PlacedCall,
): ExitCode {
  if (error.code === 'EPIPE' && !placed) return exitCodes.failure
  const failure = new FailedError(`Cannot write to stdout (${error.code ?? error.message}).`, 'STDOUT_FAILED')
  if (!placed) return printError(failure, world, asJson)
  return printError(new PlacedError(failure, placed.advice, placed.callId), world, asJson)
}
