import { STATUS_CODES } from 'node:http'
import { DigaError } from '@digame/client'
import type { FastifyError, FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'

/** An answer that says no; its message is for the visitor. */
export class DeskError extends Error {
  override readonly name = 'DeskError'
  readonly statusCode: number
  readonly code: string
  /** After how many milliseconds the visitor may come again. */
  declare readonly retryAfterMs?: number

  constructor(statusCode: number, code: string, message: string, retryAfterMs?: number) {
    super(message)
    this.statusCode = statusCode
    this.code = code
    if (retryAfterMs !== undefined) this.retryAfterMs = retryAfterMs
  }
}

/** The body of every answer that says no. */
interface ErrorBody {
  readonly error: { readonly code: string; readonly message: string }
}

export const badNumber: DeskError = new DeskError(
  422,
  'invalid_phone',
  'Escribe un teléfono español de nueve cifras, como 612 34 56 78.',
)

export const numberBusy: DeskError = new DeskError(
  409,
  'number_busy',
  'Ya hay una llamada en marcha a este número. Espera a que termine.',
)

const fields: Readonly<Record<string, DeskError>> = {
  name: new DeskError(400, 'invalid_name', 'Escribe tu nombre, solo con letras.'),
  phone: new DeskError(400, 'invalid_phone', badNumber.message),
  consent: new DeskError(400, 'invalid_consent', 'Para llamarte necesitamos que lo aceptes.'),
}

const byStatus: Readonly<Record<number, DeskError>> = {
  400: new DeskError(400, 'invalid_request', 'La petición no es válida.'),
  404: new DeskError(404, 'not_found', 'Aquí no hay nada.'),
  413: new DeskError(413, 'body_too_large', 'La petición es demasiado grande.'),
  415: new DeskError(415, 'not_json', 'La petición tiene que ser JSON.'),
}

const internal = new DeskError(500, 'internal', 'Algo ha fallado. Inténtalo de nuevo en unos minutos.')

/** What the log tells of an error: of the client's no more than what nobody wrote. */
export function reasonOf(error: unknown): object {
  if (!(error instanceof DigaError)) return { err: error }
  const { code, status, requestId, placed } = error
  return { code, status, requestId, placed }
}

function explain(error: FastifyError | DeskError): DeskError {
  if (error instanceof DeskError) return error
  const [issue] = error.validation ?? []
  const field = issue?.instancePath.slice(1) || String(issue?.params['missingProperty'] ?? '')
  if (Object.hasOwn(fields, field)) return fields[field] as DeskError
  const { statusCode: status = 500 } = error
  return byStatus[status] ?? (status < 500 ? (byStatus[400] as DeskError) : internal)
}

/** Answers with an error, in the one shape that all have. */
export function answer(error: FastifyError | DeskError, _: FastifyRequest, reply: FastifyReply): void {
  const { statusCode, code, message, retryAfterMs } = explain(error)
  if (statusCode >= 500 && !(error instanceof DeskError)) {
    reply.log.error({ err: error }, STATUS_CODES[statusCode])
  }
  if (retryAfterMs !== undefined) reply.header('retry-after', Math.ceil(retryAfterMs / 1000))
  reply.code(statusCode).send({ error: { code, message } } satisfies ErrorBody)
}

export function addErrors(app: FastifyInstance): void {
  app.setErrorHandler(answer)
  app.setNotFoundHandler((request, reply) => answer(byStatus[404] as DeskError, request, reply))
}
