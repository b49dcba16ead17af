/** `@digame/dialer/client`: the client as the dialer's port. */
import {
  type ApiIssue,
  type Call,
  type Diga,
  DigaApiError,
  DigaError,
  DigaInvalidCallError,
  hasEnded,
  hitConcurrencyLimit,
  isSpanishNumber,
  outcomeOf,
} from '@digame/client'
import { isRecord, momentOf } from '@digame/internal'
import type { NotPlaced, Placement, Port, PortCall } from './port.ts'

/** How far the service's clock and ours may differ beyond what its `Date` headers show, in milliseconds. */
const slackMs = 600_000

const pageSize = 1000

function keyOf({ dynamic_variables: variables }: Call): string | undefined {
  const key = isRecord(variables) ? variables['digame_key'] : undefined
  return typeof key === 'string' ? key : undefined
}

function portCall(call: Call): PortCall {
  const key = keyOf(call)
  const outcome = outcomeOf(call)
  return {
    id: call.id,
    status: call.status,
    type: call.type,
    hasEnded: hasEnded(call),
    createdAt: new Date(momentOf(call.created_date)),
    ...(outcome && { outcome }),
    ...(key !== undefined && { key }),
    ...(call.contact?.contact_type === 'call' && { to_number: call.contact.identifier }),
    ...(call.end_time && { endedAt: new Date(momentOf(call.end_time)) }),
    ...(typeof call.duration === 'number' && { seconds: call.duration }),
    ...(call.end_reason && { endReason: call.end_reason }),
    ...(hitConcurrencyLimit(call) && { hitConcurrencyLimit: true }),
  }
}

/** The fields of a request that belong to the lead. All others are the same for the whole batch. */
const leadFields = ['body.to_number', 'body.dynamic_variables']
/** Every request carries this variable, so what is wrong with it is not about the lead. */
const keyField = 'body.dynamic_variables.digame_key'

const isWithin = (path: string, field: string): boolean => path === field || path.startsWith(`${field}.`)

const isLeadIssue = ({ path }: ApiIssue): boolean =>
  !isWithin(path, keyField) && leadFields.some((field) => isWithin(path, field))

/**
 * Whether a refusal proves that the lead itself is wrong. By the spec these are 400 `NON_SPANISH_PHONE_NUMBER` and a 422 whose
 * every issue lies in the lead's own fields; the client checks the same before it sends. An unknown code proves nothing.
 */
function isAboutLead(error: DigaError): boolean {
  if (error instanceof DigaInvalidCallError)
    return error.code === 'NON_SPANISH_PHONE_NUMBER' || error.code === 'RESERVED_VARIABLE'
  if (!(error instanceof DigaApiError)) return false
  if (error.status === 400) return error.code === 'NON_SPANISH_PHONE_NUMBER'
  return error.status === 422 && error.issues.length > 0 && error.issues.every(isLeadIssue)
}

function reasonOf(error: DigaError): NotPlaced {
  const { code, status } = error
  if (code === 'NOT_AFTER') return 'not_after'
  if (status === 429) return 'rate_limited'
  if (status === undefined && (code === 'CONNECTION' || code === 'TIMEOUT' || code === 'ABORTED'))
    return 'never_left'
  return isAboutLead(error) ? 'lead_refused' : 'blocked'
}

function placementOf(error: DigaError): Placement {
  const { code, status, sentAt } = error
  const failure = { code, ...(status !== undefined && { status }) }
  if (error.placed !== 'no') return { placed: 'maybe', ...failure, ...(sentAt && { sentAt }) }
  const retryAfterMs = error instanceof DigaApiError ? error.retryAfterMs : undefined
  return {
    placed: 'no',
    reason: reasonOf(error),
    ...failure,
    ...(retryAfterMs !== undefined && { retryAfterMs }),
  }
}

/** How far the service's clock is ahead of ours, in milliseconds, by the `Date` header of a response. */
async function clockAhead(diga: Diga, signal: AbortSignal): Promise<number> {
  const { response } = await diga.raw.GET('/v1/call/', { params: { query: { limit: 1 } }, signal })
  const ahead = Date.parse(response.headers.get('date') ?? '') - Date.now()
  if (response.ok && !Number.isNaN(ahead)) return ahead
  throw new Error(`the response to GET /v1/call/ (${response.status}) does not show the service's time`)
}

/**
 * Every call since a moment, newest first.
 *
 * @throws Error if the list is incomplete
 */
async function* listSince(diga: Diga, since: Date, signal: AbortSignal): AsyncGenerator<PortCall> {
  const oldest = since.getTime() + (await clockAhead(diga, signal)) - slackMs
  const seen = new Set<string>()
  for (let after: string | undefined; ; ) {
    const query = { limit: pageSize, order: 'desc', ...(after !== undefined && { after }) } as const
    const page = await diga.calls.list(query, { signal })
    const fresh = page.data.filter(({ id }) => !seen.has(id))
    for (const call of fresh) {
      seen.add(call.id)
      yield portCall(call)
    }
    if (!page.has_more) return
    const [first, last] = [page.data[0], page.data.at(-1)]
    // An old call ends the list only if the page really runs from new to old.
    const isDescending = first && last && momentOf(first.created_date) >= momentOf(last.created_date)
    if (isDescending && momentOf(last.created_date) < oldest) return
    after = page.last_id ?? last?.id
    if (fresh.length === 0 || after === undefined) throw new Error('the list of calls was cut short')
  }
}

/**
 * Adapts a client of `@digame/client` to what the dialer needs.
 *
 * Creates are sent with `maxRetries: 0` and `lookUp: false`: only the dialer retries and looks up. Keep the client's `marker`
 * option on, or no lost call can be found.
 */
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
      const query = { idempotencyKey, to_number, sentAt }
      const { call, candidates, ...found } = await diga.calls.find(query, { signal })
      return { ...found, ...(call && { call: portCall(call) }), candidates: candidates.map(portCall) }
    },
    get: async (callId, { signal }) => portCall(await diga.calls.get(callId, { signal })),
    list: ({ since, signal }) => listSince(diga, since, signal),
    isCallable: isSpanishNumber,
    activeCalls: ({ signal }) => diga.calls.concurrency({ signal }),
  }
}
