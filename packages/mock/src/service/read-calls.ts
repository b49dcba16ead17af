import { type MockResponse, specError, successOf } from '../contract/responses.ts'
import type { Call } from '../contract/types.ts'
import type { ExchangeCall } from '../exchange/call.ts'
import { cutPage } from './pages.ts'
import { type Query, type ReadContext, readPageQuery, refuseTwoCursors } from './read-context.ts'

/** The filters of the list that compare one field, by their names in the query. */
const fieldFilters: Readonly<Record<string, (call: Call) => string | null>> = {
  agent_id: (call) => call.agent_id,
  status: (call) => call.status,
  type: (call) => call.type,
  contact_id: (call) => call.contact.id,
  phone_id: (call) => call.phone_register_id,
}

const dateFilters = ['start_created_date', 'end_created_date']

function createFilter(context: ReadContext, query: Query): (call: ExchangeCall) => boolean {
  const { clock, listDelay, toCallJson } = context
  // Without a delay nothing is hidden, even when the clock has been set back.
  const newestListed = listDelay > 0 ? clock.now() - listDelay : Number.POSITIVE_INFINITY
  const { start_created_date: start, end_created_date: end } = query
  const from = start === undefined ? Number.NEGATIVE_INFINITY : Date.parse(start)
  const until = end === undefined ? newestListed : Math.min(newestListed, Date.parse(end))
  const filters = Object.entries(fieldFilters).flatMap(([name, read]) => {
    const wanted = query[name]?.toLowerCase()
    return wanted === undefined ? [] : [(call: ExchangeCall) => read(toCallJson(call)) === wanted]
  })
  return (call) => call.created >= from && call.created <= until && filters.every((filter) => filter(call))
}

export async function getCall(
  { engine, exchange, toCallJson }: ReadContext,
  id: string,
): Promise<MockResponse> {
  const call = exchange.get(id)
  return call === undefined
    ? specError(engine, 'getCall', 404, 'call_not_found', `There is no call ${id}`)
    : successOf(engine, 'getCall', toCallJson(call))
}

export async function listCalls(context: ReadContext, query: Query): Promise<MockResponse> {
  const { engine, exchange, toCallJson } = context
  const refusal = await refuseTwoCursors(engine, 'listCalls', query)
  if (refusal !== undefined) return refusal
  // Prism accepts dates that JavaScript cannot read, such as a leap second. An empty page would be wrong.
  const unreadable = dateFilters.find(
    (name) => query[name] !== undefined && Number.isNaN(Date.parse(query[name])),
  )
  if (unreadable !== undefined) {
    const message = `${unreadable} is not a date and a time`
    return specError(engine, 'listCalls', 400, 'not_valid_field', message)
  }
  const calls = exchange.calls().filter(createFilter(context, query))
  const page = cutPage(calls, readPageQuery(engine, 'listCalls', query))
  if (page !== undefined) {
    return successOf(engine, 'listCalls', { ...page, data: page.data.map(toCallJson) })
  }
  const message = `There is no call ${query['after'] ?? query['before']} to go on from`
  return specError(engine, 'listCalls', 400, 'not_valid_field', message)
}
