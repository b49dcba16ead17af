import type { Engine } from '../contract/engine.ts'
import { type Answer, json } from '../contract/responses.ts'
import type { OperationId } from '../contract/types.ts'
import { type Fault, faults } from './faults.ts'

/** What one of the next requests gets. */
export interface Reply {
  /** Only a request of this operation gets it; without it, the next request to which it can apply. */
  readonly operation?: OperationId
  /** The status; without it the answer is the usual one. */
  readonly code?: number
  /** The name of an example of the spec. */
  readonly example?: string
  /** A body of your own: a string as it is, anything else as JSON. */
  readonly body?: unknown
  /** Added to the headers of the answer. */
  readonly headers?: Readonly<Record<string, string>>
  readonly fault?: Fault
  /**
   * Whether a valid request to place a call creates one.
   * @default true, but false with `code`, `example` or `body`, and with the fault `reset_before`
   */
  readonly placed?: boolean
}

export interface Replies {
  /** Puts a reply at the end of the queue; throws a TypeError if it can never be given. */
  add(reply: Reply): void
  /** Takes out the first reply that a request of this operation gets. */
  take(operation: OperationId | undefined): Reply | undefined
}

const known = new Set(['operation', 'code', 'example', 'body', 'headers', 'fault', 'placed'])

const framing = new Set(['content-length', 'transfer-encoding'])

const list = (names: Iterable<string>) => [...names].join(', ')

/** Whether a reply has an answer of its own. */
export const isCanned = ({ code, example, body }: Reply): boolean =>
  code !== undefined || example !== undefined || body !== undefined

/** Whether a request that gets this reply is acted on. */
export const acts = (reply: Reply): boolean =>
  reply.placed ?? !(isCanned(reply) || reply.fault === 'reset_before')

/** The answer that a reply has in store: its own body, or what the spec says. */
export async function answerOf(
  engine: Engine,
  reply: Reply,
  operation: OperationId | undefined,
): Promise<Answer> {
  const { code, example, body } = reply
  const spec =
    operation && (body === undefined || code === undefined) && (await engine.answer(operation, code, example))
  const status = code ?? (spec ? spec.status : 200)
  const said = body === undefined && spec ? spec.body : body
  if (typeof said !== 'string') return json(status, said)
  const type = body === undefined && spec ? spec.type : 'text/plain; charset=utf-8'
  return { status, headers: { 'content-type': type }, body: said }
}

export function createReplies(engine: Engine): Replies {
  const queue: Reply[] = []

  /** Whether the spec, or the reply itself, says what an operation answers. */
  const fits = ({ code, example, body }: Reply, operation: OperationId): boolean => {
    if (body !== undefined) return true
    const examples = engine.examples(operation, code)
    return examples !== undefined && (example === undefined || examples.includes(example))
  }

  const check = (reply: Reply) => {
    if (typeof reply !== 'object' || reply === null || Array.isArray(reply))
      throw new TypeError('A reply is an object, such as { code: 500 }')
    const { operation, code, example, fault, placed } = reply
    if (placed !== undefined && typeof placed !== 'boolean') throw new TypeError('placed is true or false')
    for (const key of Object.keys(reply)) {
      if (!known.has(key)) throw new TypeError(`A reply has no "${key}"; it has ${list(known)}`)
    }
    if (operation !== undefined && !engine.operations.includes(operation)) {
      throw new TypeError(`There is no operation "${operation}"; there are ${list(engine.operations)}`)
    }
    if (fault !== undefined && !Object.hasOwn(faults, fault)) {
      throw new TypeError(`There is no fault "${fault}"; there are ${list(Object.keys(faults))}`)
    }
    if (code !== undefined && !(Number.isInteger(code) && code >= 200 && code <= 599)) {
      throw new TypeError(`A code is a whole number from 200 to 599, not ${code}`)
    }
    // Throws a TypeError that names the header.
    for (const name of new Headers(reply.headers ?? {}).keys()) {
      if (framing.has(name)) throw new TypeError(`A reply cannot set ${name}: it follows from the body`)
    }
    if (example !== undefined && reply.body !== undefined) {
      throw new TypeError('A reply has an example or a body, not both')
    }
    if (reply.placed === false && !isCanned(reply) && fault === undefined) {
      throw new TypeError(
        'Without a call being placed there is no usual answer: give a code, a body or a fault',
      )
    }
    const operations = operation === undefined ? engine.operations : [operation]
    if (operations.some((one) => fits(reply, one))) return
    const where = operation ?? 'any operation'
    if (code !== undefined && operations.every((one) => engine.examples(one, code) === undefined)) {
      throw new TypeError(`The spec has no answer ${code} of ${where}; give a body of your own`)
    }
    const there = new Set(operations.flatMap((one) => engine.examples(one, code) ?? []))
    throw new TypeError(`The spec has no example "${example}" of ${where}; there are ${list(there)}`)
  }

  return {
    add(reply) {
      check(reply)
      queue.push({ ...reply })
    },
    take(operation) {
      const index = queue.findIndex((reply) =>
        operation === undefined
          ? reply.operation === undefined && (!isCanned(reply) || reply.body !== undefined)
          : (reply.operation ?? operation) === operation && fits(reply, operation),
      )
      return index < 0 ? undefined : queue.splice(index, 1)[0]
    },
  }
}
