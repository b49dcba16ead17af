import { isRecord } from '@digame/internal'
import type { Engine } from '../contract/engine.ts'
import { faults, isFault } from './faults.ts'
import { fitsOperation, hasOwnResponse, type Reply } from './reply.ts'

const fieldNames: Readonly<Record<keyof Reply, true>> = {
  operation: true,
  code: true,
  example: true,
  body: true,
  headers: true,
  fault: true,
  placed: true,
}

/** Headers that follow from the body. */
const framingHeaders = new Set(['content-length', 'transfer-encoding'])

const list = (names: Iterable<string>) => [...names].join(', ')

function checkIsObject(reply: unknown): void {
  if (!isRecord(reply)) throw new TypeError('A reply is an object, such as { code: 500 }')
}

function checkFields(reply: Reply): void {
  const { code, fault, placed, headers = {} } = reply
  if (placed !== undefined && typeof placed !== 'boolean') throw new TypeError('placed is true or false')
  for (const key of Object.keys(reply)) {
    if (Object.hasOwn(fieldNames, key)) continue
    throw new TypeError(`A reply has no "${key}"; it has ${list(Object.keys(fieldNames))}`)
  }
  if (fault !== undefined && !isFault(fault)) {
    throw new TypeError(`There is no fault "${fault}"; there are ${list(Object.keys(faults))}`)
  }
  if (code !== undefined && !(Number.isInteger(code) && code >= 200 && code <= 599)) {
    throw new TypeError(`A code is a whole number from 200 to 599, not ${code}`)
  }
  // Headers throws a TypeError that names a header that cannot be sent.
  for (const name of new Headers(headers).keys()) {
    if (framingHeaders.has(name)) throw new TypeError(`A reply cannot set ${name}: it follows from the body`)
  }
}

function checkCombination(reply: Reply): void {
  if (reply.example !== undefined && reply.body !== undefined) {
    throw new TypeError('A reply has an example or a body, not both')
  }
  if (reply.placed === false && !hasOwnResponse(reply) && reply.fault === undefined) {
    throw new TypeError(
      'Without a call being placed there is no usual response: give a code, a body or a fault',
    )
  }
}

function checkAgainstSpec(engine: Engine, reply: Reply): void {
  const { operation, code, example } = reply
  if (operation !== undefined && !engine.operations.includes(operation)) {
    throw new TypeError(`There is no operation "${operation}"; there are ${list(engine.operations)}`)
  }
  const operations = operation === undefined ? engine.operations : [operation]
  if (operations.some((one) => fitsOperation(engine, reply, one))) return
  const where = operation ?? 'any operation'
  if (code !== undefined && operations.every((one) => engine.exampleNames(one, code) === undefined)) {
    throw new TypeError(`The spec has no response ${code} for ${where}; give a body of your own`)
  }
  const names = new Set(operations.flatMap((one) => engine.exampleNames(one, code) ?? []))
  throw new TypeError(`The spec has no example "${example}" for ${where}; there are ${list(names)}`)
}

/** Throws a TypeError for a reply with a wrong field, or one that can never apply to a request. */
export function checkReply(engine: Engine, reply: Reply): void {
  checkIsObject(reply)
  checkFields(reply)
  checkCombination(reply)
  checkAgainstSpec(engine, reply)
}
