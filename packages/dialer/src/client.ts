/** The client as the dialer's port: what an app writes, and what the storms run on. */
import {
  type Call,
  type Diga,
  DigaApiError,
  DigaError,
  hasEnded,
  isSpanishNumber,
  outcomeOf,
} from '@digame/client'
import type { NotPlaced, Placement, Port, PortCall } from '@digame/dialer'

/** What the service's clock and ours may differ by beyond what its answers show, in milliseconds. */
const slackMs = 600_000

/** A moment without a zone is UTC. */
const moment = (date: string): Date => new Date(/(Z|[+-]\d\d:?\d\d)$/i.test(date) ? date : `${date}Z`)

function portCall(call: Call): PortCall {
  const key = (call.dynamic_variables as Record<string, unknown> | null | undefined)?.['digame_key']
  const outcome = outcomeOf(call)
  return {
    id: call.id,
    status: call.status,
    type: call.type,
    hasEnded: hasEnded(call),
    createdAt: moment(call.created_date),
    ...(outcome && { outcome }),
    ...(typeof key === 'string' && { key }),
    ...(call.contact?.contact_type === 'call' && { to_number: call.contact.identifier }),
    ...(call.end_time && { endedAt: moment(call.end_time) }),
    ...(typeof call.duration === 'number' && { seconds: call.duration }),
    ...(call.end_reason && { endReason: call.end_reason }),
  }
}

const account = new Set([401, 403, 404, 412])

function reasonOf({ code, status }: DigaError): NotPlaced {
  if (code === 'NOT_AFTER') return 'not_after'
  if (status === 429) return 'rate_limited'
  if (status !== undefined) return account.has(status) ? 'account' : 'refused'
  return code === 'CONNECTION' || code === 'TIMEOUT' || code === 'ABORTED' ? 'never_left' : 'refused'
}

function placementOf(error: DigaError): Placement {
  const { code, status, sentAt } = error
  const told = { code, ...(status !== undefined && { status }) }
  // Without evidence a call may have been placed.
  if (error.placed !== 'no') return { placed: 'maybe', ...told, ...(sentAt && { sentAt }) }
  const retryAfterMs = error instanceof DigaApiError ? error.retryAfterMs : undefined
  return {
    placed: 'no',
    reason: reasonOf(error),
    ...told,
    ...(retryAfterMs !== undefined && { retryAfterMs }),
  }
}

/** How far the service's clock is ahead of ours, in milliseconds, as its answers tell. */
async function clockAhead(diga: Diga, signal: AbortSignal): Promise<number> {
  const { response } = await diga.raw.GET('/v1/call/', { params: { query: { limit: 1 } }, signal })
  const ahead = Date.parse(response.headers.get('date') ?? '') - Date.now()
  if (!response.ok || Number.isNaN(ahead))
    throw new Error(`the service does not tell its time (${response.status})`)
  return ahead
}

/** Every call since then, newest first; throws where a page is missing. */
async function* listSince(diga: Diga, since: Date, signal: AbortSignal): AsyncGenerator<PortCall> {
  const until = since.getTime() + (await clockAhead(diga, signal)) - slackMs
  const seen = new Set<string>()
  for (let after: string | undefined; ; ) {
    const page = await diga.calls.list({ limit: 1000, order: 'desc', ...(after && { after }) }, { signal })
    const fresh = page.data.filter(({ id }) => !seen.has(id))
    for (const call of fresh) {
      seen.add(call.id)
      yield portCall(call)
    }
    const [first, last] = [page.data[0], page.data.at(-1)]
    if (!page.has_more) return
    // Where the order is not the one asked for, an old call says nothing of what follows.
    const falls = first && last && moment(first.created_date) >= moment(last.created_date)
    if (falls && moment(last.created_date).getTime() < until) return
    after = page.last_id ?? last?.id
    if (fresh.length === 0 || !after) throw new Error('the list of calls was cut short')
  }
}

/** Adapts a client; the dialer alone sends again and looks up. */
export function digaPort(diga: Diga): Port {
  return {
    async place(request, { idempotencyKey, notAfter, signal }) {
      try {
        const options = { idempotencyKey, notAfter, signal, maxRetries: 0, lookUp: false }
        return { placed: 'yes', call: portCall(await diga.calls.create(request, options)) }
      } catch (error) {
        if (error instanceof DigaError) return placementOf(error)
        throw error
      }
    },
    async find({ idempotencyKey, to_number, sentAt, signal }) {
      const { call, candidates, ...found } = await diga.calls.find(
        { idempotencyKey, to_number, sentAt },
        { signal },
      )
      return { ...found, ...(call && { call: portCall(call) }), candidates: candidates.map(portCall) }
    },
    get: async (callId, { signal }) => portCall(await diga.calls.get(callId, { signal })),
    list: ({ since, signal }) => listSince(diga, since, signal),
    isCallable: isSpanishNumber,
    activeCalls: ({ signal }) => diga.calls.concurrency({ signal }),
  }
}
