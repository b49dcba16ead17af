import type { Clock } from '../clock.ts'
import type { Engine } from '../contract/engine.ts'
import { type Answer, listed, succeed, unlisted } from '../contract/responses.ts'
import type { Call, OperationId } from '../contract/types.ts'
import type { Exchange, Line } from '../exchange/exchange.ts'
import { conversation } from './conversation.ts'
import { type PageQuery, pageOf } from './pages.ts'

type Query = Readonly<Record<string, string>>

export interface Reads {
  getCall(id: string): Promise<Answer>
  listCalls(query: Query): Promise<Answer>
  listMessages(id: string, query: Query): Promise<Answer>
  streamConcurrency(): Promise<Answer>
}

export interface ReadsOptions {
  readonly engine: Engine
  readonly exchange: Exchange
  readonly clock: Clock
  readonly speed: number
  readonly listDelay: number
  readonly show: (line: Line) => Call
}

/** How often the stream says the same number again, in milliseconds. */
const heartbeat = 5000

const event = (active: number) => `data: {"active_calls": ${active}}\n\n`

const columns: Readonly<Record<string, (call: Call) => string | null>> = {
  agent_id: (call) => call.agent_id,
  status: (call) => call.status,
  type: (call) => call.type,
  contact_id: (call) => call.contact.id,
  phone_id: (call) => call.phone_register_id,
}

/** The four operations that change nothing. */
export function createReads({ engine, exchange, clock, speed, listDelay, show }: ReadsOptions): Reads {
  const pageQuery = (operation: OperationId, query: Query): PageQuery => ({
    ...query,
    limit: Number(query['limit'] ?? engine.keys(operation).query.get('limit')),
  })

  const bothCursors = (operation: OperationId, query: Query) =>
    query['after'] !== undefined && query['before'] !== undefined
      ? listed(engine, operation, 422, 'both_cursors')
      : undefined

  const asked = (query: Query): ((line: Line) => boolean) => {
    // Without a delay nothing is hidden, also when the clock has been set back.
    const listedBy = listDelay > 0 ? clock.now() - listDelay : Number.POSITIVE_INFINITY
    const { start_created_date: start, end_created_date: end } = query
    const from = start === undefined ? Number.NEGATIVE_INFINITY : Date.parse(start)
    const until = end === undefined ? listedBy : Math.min(listedBy, Date.parse(end))
    const wanted = Object.entries(columns).flatMap(([name, read]) => {
      const value = query[name]?.toLowerCase()
      return value === undefined ? [] : [(line: Line) => read(show(line)) === value]
    })
    return (line) => line.created >= from && line.created <= until && wanted.every((fits) => fits(line))
  }

  const dates = ['start_created_date', 'end_created_date']

  return {
    async getCall(id) {
      const line = exchange.get(id)
      return line === undefined
        ? listed(engine, 'getCall', 404, 'call_not_found', `There is no call ${id}`)
        : succeed(engine, 'getCall', show(line))
    },

    async listCalls(query) {
      const both = bothCursors('listCalls', query)
      if (both !== undefined) return both
      // The engine lets more pass as a date than JavaScript reads; an empty page would be a lie.
      const unread = dates.find((name) => query[name] !== undefined && Number.isNaN(Date.parse(query[name])))
      if (unread !== undefined) {
        return listed(engine, 'listCalls', 400, 'not_valid_field', `${unread} is not a date and a time`)
      }
      const page = pageOf(exchange.lines().filter(asked(query)), pageQuery('listCalls', query))
      if (page !== undefined) return succeed(engine, 'listCalls', { ...page, data: page.data.map(show) })
      const message = `There is no call ${query['after'] ?? query['before']} to go on from`
      return listed(engine, 'listCalls', 400, 'not_valid_field', message)
    },

    async listMessages(id, query) {
      const both = bothCursors('listMessages', query)
      if (both !== undefined) return both
      const line = exchange.get(id)
      const messages = line === undefined ? [] : conversation(line, clock.now(), speed)
      if (messages.length === 0) {
        return listed(
          engine,
          'listMessages',
          404,
          'no_messages_for_call',
          `There are no messages for call ${id}`,
        )
      }
      const page = pageOf(messages, pageQuery('listMessages', query))
      return page === undefined
        ? unlisted(
            400,
            'NOT_VALID_FIELD',
            `There is no message ${query['after'] ?? query['before']} to go on from`,
          )
        : succeed(engine, 'listMessages', page)
    },

    async streamConcurrency() {
      const { status } = await engine.answer('streamConcurrency')
      return {
        status,
        headers: { 'content-type': 'text/event-stream; charset=utf-8', 'cache-control': 'no-cache' },
        body: event(exchange.active()),
        stream(send) {
          const beat = () => {
            send(event(exchange.active()))
            cancel = clock.after(heartbeat, beat)
          }
          let cancel = clock.after(heartbeat, beat)
          const unfollow = exchange.follow((active) => send(event(active)))
          return () => {
            cancel()
            unfollow()
          }
        },
      }
    },
  }
}
