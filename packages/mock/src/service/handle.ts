import type { Clock } from '../clock.ts'
import { BodyTooLong, maxBodyBytes } from '../contract/body-limit.ts'
import type { Engine } from '../contract/engine.ts'
import { type IncomingRequest, parseQuery, readRequest } from '../contract/request.ts'
import { errorResponse, type MockResponse } from '../contract/responses.ts'
import type { Match, Router } from '../contract/routes.ts'
import type { Fault } from '../script/faults.ts'
import type { Journal, JournalEntry, OpenEntry } from '../script/journal.ts'
import type { Replies } from '../script/replies.ts'
import { buildResponse, hasOwnResponse, isActedOn, type Reply } from '../script/reply.ts'
import type { Service } from './service.ts'

/** What a front has to do: send the response, or as much of it as the fault allows. */
export interface Reaction {
  readonly response: MockResponse
  readonly fault: Fault | undefined
}

export interface HandlerOptions {
  readonly engine: Engine
  readonly match: Router
  readonly clock: Clock
  readonly journal: Journal
  readonly replies: Replies
  readonly service: Service
  /** Called with each request once its response is known. */
  readonly onRequest: (entry: JournalEntry) => void
}

/** Handles a request, for both fronts alike. Rejects only if the connection ends before the request does. */
export type Handler = (incoming: IncomingRequest) => Promise<Reaction>

const mockFailure = (error: unknown): MockResponse =>
  errorResponse(500, 'INTERNAL_SERVER_ERROR', `The mock itself failed: ${error}`)

const payloadTooLarge = errorResponse(413, 'PAYLOAD_TOO_LARGE', new BodyTooLong().message)
const tooLong: Reaction = {
  response: { ...payloadTooLarge, headers: { ...payloadTooLarge.headers, connection: 'close' } },
  fault: undefined,
}

// Never sent: the connection is reset before the request is read.
const noResponse: MockResponse = { status: 0, headers: {}, body: '' }

/** The faults with which a status still reaches the client. */
const faultsWithStatus = new Set<Fault | undefined>([undefined, 'half_body', 'silence_body'])

function addHeaders(
  response: MockResponse,
  now: number,
  { headers: sent }: IncomingRequest,
  reply: Reply | undefined,
): MockResponse {
  const headers: Record<string, string> = { ...response.headers, date: new Date(now).toUTCString() }
  const requestId = sent['x-request-id']
  if (requestId !== undefined) headers['x-request-id'] = requestId
  for (const [name, value] of Object.entries(reply?.headers ?? {})) headers[name.toLowerCase()] = value
  return { ...response, headers }
}

/** Reads and judges a request, has the service act on it unless the reply forbids it, and chooses the response. */
async function react(
  { engine, journal, service }: HandlerOptions,
  incoming: IncomingRequest,
  matched: Match,
  entry: OpenEntry,
  reply: Reply | undefined,
): Promise<Reaction> {
  const request = await readRequest(engine, incoming, matched)
  const { violations, unknownKeys } = request
  entry.body = request.body
  entry.violations = unknownKeys.length > 0 ? [...violations, ...unknownKeys] : violations

  const act = async (): Promise<Reaction> => {
    const { response, call, fault } = await service(request)
    if (call !== undefined) journal.addCall(entry, call.id)
    return { response, fault: reply?.fault ?? fault }
  }
  if (reply === undefined) return act()
  if (isActedOn(reply)) {
    const usual = await act()
    if (!hasOwnResponse(reply)) return usual
  }
  return { response: await buildResponse(engine, reply, entry.operation), fault: reply.fault }
}

const isReadAtAll = (reply: Reply | undefined): boolean => reply?.fault !== 'reset_before' || isActedOn(reply)

async function handle(options: HandlerOptions, incoming: IncomingRequest): Promise<Reaction> {
  const { match, clock, journal, replies, onRequest } = options
  const { method, path, search, headers } = incoming
  const matched = match(method, path)
  const operation = 'operation' in matched ? matched.operation : undefined
  const reply = replies.take(operation)
  const query = parseQuery(search)
  const entry = journal.add({ at: clock.now(), method, path, query, headers, operation })
  const { response, fault } = isReadAtAll(reply)
    ? await react(options, incoming, matched, entry, reply).catch((error: unknown) => {
        if (error instanceof BodyTooLong) return tooLong
        throw error
      })
    : { response: noResponse, fault: reply?.fault }
  entry.fault = fault
  if (faultsWithStatus.has(fault)) entry.status = response.status
  onRequest(entry)
  return { response: addHeaders(response, clock.now(), incoming, reply), fault }
}

export function createHandler(options: HandlerOptions): Handler {
  return async (incoming) => {
    let isBrokenOff = false
    const readBody = async () => {
      const text = await incoming.readBody().catch((error: unknown) => {
        isBrokenOff = true
        throw error
      })
      if (Buffer.byteLength(text) > maxBodyBytes) throw new BodyTooLong()
      return text
    }
    try {
      return await handle(options, { ...incoming, readBody })
    } catch (error) {
      if (isBrokenOff) throw error
      return { response: mockFailure(error), fault: undefined }
    }
  }
}
