import { STATUS_CODES } from 'node:http'
import { DigaError } from '@digame/client'
import type { FastifyError, FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'

/** A request that the desk refuses; the message is shown to the visitor. */
export class DeskError extends Error {
  override readonly name = 'DeskError'
  readonly statusCode: number
  readonly code: string
  /** How long the visitor should wait before trying again, in milliseconds. */
  declare readonly retryAfterMs?: number

  constructor(statusCode: number, code: string, message: string, retryAfterMs?: number) {
    super(message)
    this.statusCode = statusCode
    this.code = code
    if (retryAfterMs !== undefined) this.retryAfterMs = retryAfterMs
  }
}

const phoneHint = 'Escribe un teléfono español de nueve cifras, como 612 34 56 78.'

export const invalidPhone = (): DeskError => new DeskError(422, 'invalid_phone', phoneHint)

export const numberBusy = (): DeskError =>
  new DeskError(409, 'number_busy', 'Ya hay una llamada en marcha a este número. Espera a que termine.')

const notFound = (): DeskError => new DeskError(404, 'not_found', 'Aquí no hay nada.')

const invalidRequest = (): DeskError => new DeskError(400, 'invalid_request', 'La petición no es válida.')

const internal = (): DeskError =>
  new DeskError(500, 'internal', 'Algo ha fallado. Inténtalo de nuevo en unos minutos.')

/** By the field of the form that does not match its schema. */
const byField: ReadonlyMap<string, () => DeskError> = new Map([
  ['name', () => new DeskError(400, 'invalid_name', 'Escribe tu nombre, solo con letras.')],
  ['phone', () => new DeskError(400, 'invalid_phone', phoneHint)],
  ['consent', () => new DeskError(400, 'invalid_consent', 'Para llamarte necesitamos que lo aceptes.')],
])

/** By the status of an error that Fastify itself throws. */
const byStatus: ReadonlyMap<number, () => DeskError> = new Map([
  [404, notFound],
  [413, () => new DeskError(413, 'body_too_large', 'La petición es demasiado grande.')],
  [415, () => new DeskError(415, 'not_json', 'La petición tiene que ser JSON.')],
])

function toDeskError(error: FastifyError | DeskError): DeskError {
  if (error instanceof DeskError) return error
  const [issue] = error.validation ?? []
  const field = issue?.instancePath.slice(1) || String(issue?.params['missingProperty'] ?? '')
  const { statusCode = 500 } = error
  const create =
    byField.get(field) ?? byStatus.get(statusCode) ?? (statusCode < 500 ? invalidRequest : internal)
  return create()
}

/** What to log of an error. A client error's message may quote the service, so only its codes are logged. */
export function logFields(error: unknown): object {
  if (!(error instanceof DigaError)) return { err: error }
  const { code, status, requestId, placed } = error
  return { code, status, requestId, placed }
}

/** Sends an error as `{ error: { code, message } }`, the shape of every error response. */
export function sendError(error: FastifyError | DeskError, _: FastifyRequest, reply: FastifyReply): void {
  const { statusCode, code, message, retryAfterMs } = toDeskError(error)
  if (statusCode >= 500 && !(error instanceof DeskError)) {
    reply.log.error({ err: error }, STATUS_CODES[statusCode])
  }
  if (retryAfterMs !== undefined) reply.header('retry-after', Math.ceil(retryAfterMs / 1000))
  reply.code(statusCode).send({ error: { code, message } })
}

export function handleErrors(app: FastifyInstance): void {
  app.setErrorHandler(sendError)
  app.setNotFoundHandler((request, reply) => sendError(notFound(), request, reply))
}
