import { isRecord } from '@digame/internal'
import type { Difference } from './difference.ts'
import { parseText } from './document/parse-text.ts'
import { describeKind, member, type Raw } from './document/values.ts'
import { VendorDocumentError } from './errors.ts'

/** A difference that is known and accepted. A part that is left out matches anything. */
export interface Allowance {
  readonly code: string
  readonly operation?: string
  /** A pointer in which `*` is one part and `**` any number of parts. */
  readonly at?: string
  readonly value?: string
  /** Required to match a difference that the client does not cope with. */
  readonly breaks?: true
  /** Why the difference is accepted. */
  readonly reason: string
}

/** A difference that an allowance matches, and its reason. */
export interface Allowed<D extends Difference = Difference> {
  readonly difference: D
  readonly reason: string
}

/** Differences, sorted by whether an allowance matches them. */
export interface Sorted<D extends Difference = Difference> {
  readonly unknown: readonly D[]
  readonly known: readonly Allowed<D>[]
  /** Allowances that match nothing in the document. */
  readonly unused: readonly Allowance[]
}

/** An allow list is malformed. The message is one line. */
export class AllowListError extends Error {
  override readonly name = 'AllowListError'
}

const keys = ['code', 'operation', 'at', 'value', 'breaks', 'reason']

/** Reads a list of allowances from YAML or JSON. @throws AllowListError */
export function parseAllowList(text: string): readonly Allowance[] {
  const list = parseList(text) ?? []
  if (!Array.isArray(list)) throw new AllowListError(`The allow list is ${describeKind(list)}, not a list.`)
  return list.map((entry: unknown, index) => readAllowance(entry, `Entry ${index + 1} of the allow list`))
}

function parseList(text: string): unknown {
  try {
    return parseText(text)
  } catch (error) {
    if (!(error instanceof VendorDocumentError)) throw error
    throw new AllowListError(error.message.replace('The document', 'The allow list'))
  }
}

function readAllowance(entry: unknown, where: string): Allowance {
  if (!isRecord(entry))
    throw new AllowListError(`${where} is ${describeKind(entry)}; write { code: …, reason: … }.`)
  const unknown = Object.keys(entry).find((key) => !keys.includes(key))
  if (unknown !== undefined) {
    const name = JSON.stringify(unknown.slice(0, 40))
    throw new AllowListError(`${where} has ${name}; there are only ${keys.join(', ')}.`)
  }
  const [code, reason] = [readText(entry, 'code', where), readText(entry, 'reason', where)]
  if (code === undefined) throw new AllowListError(`${where} has no code.`)
  if (reason === undefined) throw new AllowListError(`${where} has no reason.`)
  const operation = readText(entry, 'operation', where)
  const at = readText(entry, 'at', where)
  const value = readText(entry, 'value', where)
  return {
    code,
    ...(operation !== undefined && { operation }),
    ...(at !== undefined && { at }),
    ...(value !== undefined && { value }),
    ...(readBreaks(entry, where) && { breaks: true }),
    reason,
  }
}

function readText(entry: Raw, key: string, where: string): string | undefined {
  const value = member(entry, key)
  if (value === undefined || (typeof value === 'string' && value.trim() !== '')) return value
  throw new AllowListError(
    `${where} has ${describeKind(value)} as its ${key}; write a text, in quotes if need be.`,
  )
}

function readBreaks(entry: Raw, where: string): boolean {
  const value = member(entry, 'breaks')
  if (value === undefined || value === true) return value === true
  throw new AllowListError(`${where} has ${describeKind(value)} as its breaks; write true, or leave it out.`)
}

/**
 * Sorts differences by a list of allowances.
 *
 * `copes` returns whether your programs go on working in spite of a difference. If they do not, only an allowance with
 * `breaks: true` matches it. For programs on `@digame/client`, ask `copingWith` of `@digame/client/coping`.
 */
export function sortDifferences<D extends Difference>(
  differences: readonly D[],
  allowances: readonly Allowance[],
  copes: (difference: D) => boolean,
): Sorted<D> {
  const unknown: D[] = []
  const known: Allowed<D>[] = []
  const used = new Set<Allowance>()
  for (const difference of differences) {
    const isCopedWith = copes(difference)
    const matching = allowances.filter(
      (one) => (isCopedWith || one.breaks === true) && matches(one, difference),
    )
    for (const one of matching) used.add(one)
    if (matching[0]) known.push({ difference, reason: matching[0].reason })
    else unknown.push(difference)
  }
  return { unknown, known, unused: allowances.filter((one) => !used.has(one)) }
}

const matches = (allowed: Allowance, found: Difference): boolean =>
  allowed.code === found.code &&
  (allowed.operation ?? found.operation) === found.operation &&
  (allowed.value ?? found.value) === found.value &&
  (allowed.at === undefined || matchesParts(allowed.at.split('/'), found.at.split('/')))

function matchesParts([first, ...rest]: readonly string[], parts: readonly string[]): boolean {
  if (first === undefined) return parts.length === 0
  if (first === '**')
    return parts.some((_, from) => matchesParts(rest, parts.slice(from))) || rest.length === 0
  return parts.length > 0 && (first === '*' || first === parts[0]) && matchesParts(rest, parts.slice(1))
}
