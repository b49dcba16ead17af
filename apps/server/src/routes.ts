import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import Type from 'typebox'
import type { Callback, State } from './callback.ts'
import type { Desk } from './desk.ts'
import { DeskError, invalidPhone } from './errors.ts'
import { readNumber } from './number.ts'
import { visitorOf } from './quota.ts'
import type { Streams } from './streams.ts'
import type { Tokens } from './token.ts'

const form = Type.Object(
  {
    token: Type.String({ maxLength: 100 }),
    // It goes into the agent's prompt, so it must be a name and not a sentence with instructions.
    name: Type.String({ maxLength: 60, pattern: "^[\\p{L}\\p{M}][\\p{L}\\p{M} .'’-]*$" }),
    phone: Type.String({ minLength: 1, maxLength: 40 }),
    consent: Type.Literal(true),
  },
  { additionalProperties: false },
)

const params = Type.Object({ id: Type.String() })

const toJson = ({ id, last }: Callback): { id: string } & State => ({ id, ...last.state })

export interface RoutesOptions {
  readonly desk: Desk
  readonly streams: Streams
  readonly tokens: Tokens
}

/** The API that the page uses. */
export const routes: FastifyPluginAsyncTypebox<RoutesOptions> = async (app, { desk, streams, tokens }) => {
  async function find(id: string, token?: unknown): Promise<Callback> {
    const callback = await desk.find(id)
    if (callback) return callback
    // Only the process that issued the token can be sure; it knows nothing of the requests that others received.
    if (typeof token === 'string' && tokens.read(token) === id) {
      throw new DeskError(404, 'not_arrived', 'Esta petición no nos ha llegado.')
    }
    throw new DeskError(404, 'not_found', 'De esta llamada no sabemos nada.')
  }

  app.get('/healthz', { logLevel: 'warn' }, async () => ({ ok: true }))

  app.post('/api/callbacks', { schema: { body: form } }, async (request, reply) => {
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
    if (number === undefined) throw invalidPhone()
    const visitor = visitorOf(request.ip)
    const callback = await desk.request({ id, name: name.trim(), number, visitor })
    return reply.code(202).header('location', `/api/callbacks/${id}`).send(toJson(callback))
  })

  app.get('/api/callbacks/:id', { schema: { params } }, async ({ params: { id }, headers }) =>
    toJson(await find(id, headers['x-form-token'])),
  )

  // A closed page ends the stream early, which is not worth a line in the log.
  const options = { schema: { params }, logLevel: 'warn', exposeHeadRoute: false } as const
  app.get('/api/callbacks/:id/events', options, async (request, reply) => {
    const callback = await find(request.params.id)
    const { 'last-event-id': lastId } = request.headers
    const after = typeof lastId === 'string' && /^\d{1,9}$/.test(lastId) ? Number(lastId) : 0
    // After a 204 an EventSource does not reconnect.
    if (callback.settled && after >= callback.last.order) return reply.code(204).send()
    reply.header('content-type', 'text/event-stream; charset=utf-8').header('x-accel-buffering', 'no')
    return reply.send(streams.open(callback, after))
  })
}
