import type { FastifyInstance } from 'fastify'
import type { Callback } from './callback.ts'
import type { Desk } from './desk.ts'
import { badNumber, DeskError } from './errors.ts'
import { readNumber } from './number.ts'
import { visitorOf } from './quota.ts'
import type { Streams } from './streams.ts'
import type { Tokens } from './token.ts'

interface Form {
  readonly token: string
  readonly name: string
  readonly phone: string
  readonly consent: true
}

const form = {
  type: 'object',
  additionalProperties: false,
  required: ['token', 'name', 'phone', 'consent'],
  properties: {
    token: { type: 'string', maxLength: 100 },
    // Goes into the agent's prompt: a name, not a sentence with instructions.
    name: { type: 'string', maxLength: 60, pattern: "^[\\p{L}\\p{M}][\\p{L}\\p{M} .'’-]*$" },
    phone: { type: 'string', minLength: 1, maxLength: 40 },
    consent: { const: true },
  },
}

const view = ({ id, last }: Callback): object => ({ id, ...last.state })

export interface RoutesOptions {
  readonly desk: Desk
  readonly streams: Streams
  readonly tokens: Tokens
}

/** The API of the page. */
export function addRoutes(app: FastifyInstance, { desk, streams, tokens }: RoutesOptions): void {
  async function find(id: string, token?: unknown): Promise<Callback> {
    const callback = await desk.find(id)
    if (callback) return callback
    // Only the process that made the token can know; of what others were asked it knows nothing.
    if (typeof token === 'string' && tokens.read(token) === id) {
      throw new DeskError(404, 'not_arrived', 'Esta petición no nos ha llegado.')
    }
    throw new DeskError(404, 'not_found', 'De esta llamada no sabemos nada.')
  }

  app.get('/healthz', { logLevel: 'warn' }, async () => ({ ok: true }))

  app.post<{ Body: Form }>('/api/callbacks', { schema: { body: form } }, async (request, reply) => {
    const { token, name, phone } = request.body
    const id = tokens.read(token)
    if (id === undefined) {
      const message =
        'Esta página ha caducado: recárgala. Si ya pediste la llamada, puede que esté en camino.'
      throw new DeskError(409, 'form_expired', message)
    }
    const { number, problem } = readNumber(phone)
    if (problem === 'costly') {
      throw new DeskError(422, 'costly_phone', 'No llamamos a números que empiezan por 51, 80 o 90.')
    }
    if (number === undefined) throw badNumber
    const callback = await desk.ask({ id, name: name.trim(), number, visitor: visitorOf(request.ip) })
    return reply.code(202).header('location', `/api/callbacks/${id}`).send(view(callback))
  })

  app.get<{ Params: { id: string } }>('/api/callbacks/:id', async ({ params, headers }) =>
    view(await find(params.id, headers['x-form-token'])),
  )

  // Leaving the page ends a stream early; that is no news for the log.
  const quiet = { logLevel: 'warn', exposeHeadRoute: false } as const
  app.get<{ Params: { id: string } }>('/api/callbacks/:id/events', quiet, async (request, reply) => {
    const callback = await find(request.params.id)
    const { 'last-event-id': seen } = request.headers
    const after = typeof seen === 'string' && /^\d{1,9}$/.test(seen) ? Number(seen) : 0
    // 204 tells an EventSource not to come again.
    if (callback.settled && after >= callback.last.order) return reply.code(204).send()
    reply.header('content-type', 'text/event-stream; charset=utf-8').header('x-accel-buffering', 'no')
    return reply.send(streams.open(callback, after))
  })
}
