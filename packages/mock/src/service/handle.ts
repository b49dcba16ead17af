import type { Clock } from '../clock.ts'
import type { Engine } from '../contract/engine.ts'
import { type Arrival, queryOf, read } from '../contract/request.ts'
import { type Answer, unlisted } from '../contract/responses.ts'
import type { Match, Router } from '../contract/routes.ts'
import { BodyTooLong, longestBody } from '../fronts/limit.ts'
import type { Fault } from '../script/faults.ts'
import type { Journal, JournalEntry, OpenEntry } from '../script/journal.ts'
import { acts, answerOf, isCanned, type Replies, type Reply } from '../script/replies.ts'
import type { Service } from './service.ts'

/** What a front has to do: give the answer, or as much of it as the fault leaves. */
export interface Outcome {
  readonly answer: Answer
  readonly fault: Fault | undefined
}

export interface CoreOptions {
  readonly engine: Engine
  readonly match: Router
  readonly clock: Clock
  readonly journal: Journal
  readonly replies: Replies
  readonly service: Service
  /** Told of each request when its answer is known. */
  readonly onRequest: (entry: JournalEntry) => void
}

/**
 * The one behaviour behind both fronts: a plain request in, an answer or a fault out. Rejects only if the request
 * does not come to its end.
 */
export type Core = (arrival: Arrival) => Promise<Outcome>

/** What is answered when the mock itself fails. */
const broken = (error: unknown): Answer =>
  unlisted(500, 'INTERNAL_SERVER_ERROR', `The mock itself failed: ${error}`)

const refused = unlisted(413, 'PAYLOAD_TOO_LARGE', new BodyTooLong().message)
const tooLong: Answer = { ...refused, headers: { ...refused.headers, connection: 'close' } }

const unsaid: Answer = { status: 0, headers: {}, body: '' }

// The faults under which a status reaches the client.
const spoken = new Set<Fault | undefined>([undefined, 'half_body', 'silence_body'])

export function createCore({
  engine,
  match,
  clock,
  journal,
  replies,
  service,
  onRequest,
}: CoreOptions): Core {
  const stamp = (answer: Answer, arrival: Arrival, reply: Reply | undefined): Answer => {
    const headers: Record<string, string> = { ...answer.headers, date: new Date(clock.now()).toUTCString() }
    const requestId = arrival.headers['x-request-id']
    if (requestId !== undefined) headers['x-request-id'] = requestId
    for (const [name, value] of Object.entries(reply?.headers ?? {})) headers[name.toLowerCase()] = value
    return { ...answer, headers }
  }

  const decide = async (arrival: Arrival, matched: Match, entry: OpenEntry, reply: Reply | undefined) => {
    const asked = await read(engine, arrival, matched).catch((error: unknown) => {
      if (error instanceof BodyTooLong) return undefined
      throw error
    })
    if (asked === undefined) return { answer: tooLong, fault: undefined }
    entry.body = asked.body
    entry.violations = asked.unknown.length > 0 ? [...asked.wrong, ...asked.unknown] : asked.wrong
    const acting = reply === undefined || acts(reply)
    const usual = acting ? await service(asked) : undefined
    if (usual?.line !== undefined) journal.placed(entry, usual.line.id)
    if (usual !== undefined && (reply === undefined || !isCanned(reply))) {
      return { answer: usual.answer, fault: reply?.fault ?? usual.fault }
    }
    const answer = await answerOf(engine, reply as Reply, entry.operation)
    return { answer, fault: reply?.fault }
  }

  const handle: Core = async (arrival) => {
    const { method, path, search, headers } = arrival
    const matched = match(method, path)
    const operation = 'operation' in matched ? matched.operation : undefined
    const reply = replies.take(operation)
    const entry = journal.open({ at: clock.now(), method, path, query: queryOf(search), headers, operation })
    const unread = reply?.fault === 'reset_before' && !acts(reply)
    const { answer, fault } = unread
      ? { answer: unsaid, fault: reply.fault }
      : await decide(arrival, matched, entry, reply)
    entry.fault = fault
    if (spoken.has(fault)) entry.status = answer.status
    onRequest(entry)
    return { answer: stamp(answer, arrival, reply), fault }
  }

  return async (arrival) => {
    let torn = false
    const body = () =>
      arrival.body().then(
        (text) => {
          if (Buffer.byteLength(text) > longestBody) throw new BodyTooLong()
          return text
        },
        (error: unknown) => {
          torn = true
          throw error
        },
      )
    try {
      return await handle({ ...arrival, body })
    } catch (error) {
      if (torn) throw error
      return { answer: broken(error), fault: undefined }
    }
  }
}
