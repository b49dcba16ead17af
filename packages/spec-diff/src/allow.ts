import type { Difference } from './difference.ts'
import { isObject, kind, member } from './document/document.ts'
import { parseText } from './document/parse-text.ts'
import { VendorDocumentError } from './errors.ts'

/** A difference that is known and accepted; a part that is left out matches whatever stands there. */
export interface Allowance {
  readonly code: string
  readonly operation?: string
  /** A pointer, in which `*` is one part and `**` any number of parts. */
  readonly at?: string
  readonly value?: string
  /** Must be there to match a difference with which the client does not cope. */
  readonly breaks?: true
  /** Why it may be. */
  readonly reason: string
}

/** A difference, and why it may be. */
export interface Allowed {
  readonly difference: Difference
  readonly reason: string
}

/** Differences, sorted by whether somebody has accepted them. */
export interface Sorted {
  readonly unknown: readonly Difference[]
  readonly known: readonly Allowed[]
  /** Allowances that match nothing: what they spoke of has gone. */
  readonly unused: readonly Allowance[]
}

/** A list of allowed differences that says something else than that; its message is one line. */
export class AllowListError extends Error {
  override readonly name = 'AllowListError'
}

const keys = new Set(['code', 'operation', 'at', 'value', 'breaks', 'reason'])

/** Reads a list of allowances, as YAML or JSON. @throws AllowListError */
export function parseAllowList(text: string): readonly Allowance[] {
  const list = parsed(text) ?? []
  if (!Array.isArray(list)) throw new AllowListError(`The allow list is ${kind(list)}, not a list.`)
  return list.map((entry: unknown, index) => allowance(entry, `Entry ${index + 1} of the allow list`))
}

function parsed(text: string): unknown {
  try {
    return parseText(text)
  } catch (error) {
    if (!(error instanceof VendorDocumentError)) throw error
    throw new AllowListError(error.message.replace('The document', 'The allow list'))
  }
}

function allowance(entry: unknown, where: string): Allowance {
  if (!isObject(entry)) throw new AllowListError(`${where} is ${kind(entry)}; write { code: …, reason: … }.`)
  for (const [key, value] of Object.entries(entry)) {
    if (!keys.has(key)) {
      throw new AllowListError(
        `${where} has ${JSON.stringify(key.slice(0, 40))}; there are only ${[...keys].join(', ')}.`,
      )
    }
    if (key === 'breaks') {
      if (value === true) continue
      throw new AllowListError(`${where} has ${kind(value)} as its breaks; write true, or leave it out.`)
    }
    if (typeof value !== 'string' || value.trim() === '') {
      throw new AllowListError(
        `${where} has ${kind(value)} as its ${key}; write a text, in quotes if need be.`,
      )
    }
  }
  for (const key of ['code', 'reason']) {
    if (member(entry, key) === undefined) throw new AllowListError(`${where} has no ${key}.`)
  }
  return entry as unknown as Allowance
}

/** Sorts differences by a list of allowances. */
export function sortDifferences(
  differences: readonly Difference[],
  allowances: readonly Allowance[],
): Sorted {
  const unknown: Difference[] = []
  const known: Allowed[] = []
  const used = new Set<Allowance>()
  for (const difference of differences) {
    const matching = allowances.filter((one) => matches(one, difference))
    for (const one of matching) used.add(one)
    if (matching[0]) known.push({ difference, reason: matching[0].reason })
    else unknown.push(difference)
  }
  return { unknown, known, unused: allowances.filter((one) => !used.has(one)) }
}

const matches = (allowed: Allowance, found: Difference): boolean =>
  allowed.code === found.code &&
  (found.clientCopes || allowed.breaks === true) &&
  (allowed.operation ?? found.operation) === found.operation &&
  (allowed.value ?? found.value) === found.value &&
  (allowed.at === undefined || matchesParts(allowed.at.split('/'), found.at.split('/')))

function matchesParts([first, ...rest]: readonly string[], parts: readonly string[]): boolean {
  if (first === undefined) return parts.length === 0
  if (first === '**')
    return parts.some((_, from) => matchesParts(rest, parts.slice(from))) || rest.length === 0
  return parts.length > 0 && (first === '*' || first === parts[0]) && matchesParts(rest, parts.slice(1))
}
