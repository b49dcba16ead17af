import { errorResponse, type MockResponse, specError, successOf } from '../contract/responses.ts'
import { cutPage } from './pages.ts'
import { type Query, type ReadContext, readPageQuery, refuseTwoCursors } from './read-context.ts'
import { createTranscript } from './transcript.ts'

export async function listMessages(context: ReadContext, id: string, query: Query): Promise<MockResponse> {
  const { engine, exchange, clock, speed } = context
  const refusal = await refuseTwoCursors(engine, 'listMessages', query)
  if (refusal !== undefined) return refusal
  const call = exchange.get(id)
  const messages = call === undefined ? [] : createTranscript(call, clock.now(), speed)
  if (messages.length === 0) {
    const message = `There are no messages for call ${id}`
    return specError(engine, 'listMessages', 404, 'no_messages_for_call', message)
  }
  const page = cutPage(messages, readPageQuery(engine, 'listMessages', query))
  if (page !== undefined) return successOf(engine, 'listMessages', page)
  const message = `There is no message ${query['after'] ?? query['before']} to go on from`
  return errorResponse(400, 'NOT_VALID_FIELD', message)
}
