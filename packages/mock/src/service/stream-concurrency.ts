import type { MockResponse } from '../contract/responses.ts'
import type { ReadContext } from './read-context.ts'

/** How often the stream repeats the number if it does not change, in milliseconds. */
const heartbeatMs = 5000

const formatEvent = (active: number) => `data: {"active_calls": ${active}}\n\n`

/** Responds with a stream of the number of active calls: at once, at each change, and at each heartbeat. */
export async function streamConcurrency({ engine, exchange, clock }: ReadContext): Promise<MockResponse> {
  const { status } = await engine.respond('streamConcurrency')
  return {
    status,
    headers: { 'content-type': 'text/event-stream; charset=utf-8', 'cache-control': 'no-cache' },
    body: formatEvent(exchange.active()),
    stream(send) {
      const sendHeartbeat = () => {
        send(formatEvent(exchange.active()))
        cancelHeartbeat = clock.after(heartbeatMs, sendHeartbeat)
      }
      let cancelHeartbeat = clock.after(heartbeatMs, sendHeartbeat)
      const stopWatching = exchange.watchActive((active) => send(formatEvent(active)))
      return () => {
        cancelHeartbeat()
        stopWatching()
      }
    },
  }
}
