import type { Difference } from '../difference.ts'
import type { ApiDocument } from '../document/document.ts'
import { addFindings, below, breaks, type Finding, narrower, type Side, wider } from '../finding.ts'
import { type Alternative, everyType, isAnything, isOfType, type TypeName } from './alternative.ts'
import { unite } from './combine.ts'
import { compareConstraints } from './compare-constraints.ts'
import { compareValues } from './compare-values.ts'
import { matchAlternatives } from './match-alternatives.ts'
import { alternativesOf } from './read-schema.ts'

/** The two documents of a comparison, and which side of an exchange is being compared. */
export interface Comparison {
  readonly ours: ApiDocument
  readonly theirs: ApiDocument
  readonly side: Side
}

/** How a schema of theirs differs from ours. @throws VendorDocumentError */
export function compareSchemas(
  ours: unknown,
  theirs: unknown,
  comparison: Comparison,
  at: string,
): readonly Finding[] {
  const { side } = comparison
  const a = alternativesOf(ours, { document: comparison.ours, side }, `our spec at ${at}`)
  const b = alternativesOf(theirs, { document: comparison.theirs, side }, `The document at ${at}`)
  if (a.some(isAnything) && b.some(isAnything)) return []
  if (b.some(isAnything)) {
    const message = 'is anything, not only what our spec says'
    return [{ at, code: 'type_widened', effect: wider(side), value: 'anything', message }]
  }
  const found: Finding[] = [...compareTypes(a, b, side, at)]
  if (a.some(isAnything)) return found
  const common = typesIn(a).filter((type) => type !== 'null' && typesIn(b).includes(type))
  // A number is compared once.
  for (const type of common.filter((one) => one !== 'fraction' || !common.includes('integer'))) {
    const having = (all: readonly Alternative[]): readonly Alternative[] =>
      all.filter(({ types }) => types.has(type))
    addFindings(found, compareType(having(a), having(b), type, comparison, at))
  }
  return found
}

const typesIn = (all: readonly Alternative[]): readonly TypeName[] =>
  everyType.filter((type) => all.some(({ types }) => types.has(type)))

/** Type names as JSON Schema writes them: `integer or null`. */
function namesOf(types: readonly TypeName[]): string {
  const names = types.filter((type) => !(type === 'integer' && types.includes('fraction')))
  return names.map((type) => (type === 'fraction' ? 'number' : type)).join(' or ')
}

function compareTypes(
  a: readonly Alternative[],
  b: readonly Alternative[],
  side: Side,
  at: string,
): readonly Finding[] {
  const [ours, theirs] = [typesIn(a), typesIn(b)]
  if (a.some(isAnything)) {
    const value = namesOf(theirs)
    const message = `is only ${value}, where our spec allows anything`
    return [{ at, code: 'type_narrowed', effect: narrower(side), value, message }]
  }
  const found: Finding[] = []
  if (theirs.includes('null') && !ours.includes('null'))
    found.push({ at, code: 'null_added', effect: wider(side), message: 'may be null' })
  if (ours.includes('null') && !theirs.includes('null'))
    found.push({ at, code: 'null_removed', effect: narrower(side), message: 'is never null' })
  const mine = ours.filter((type) => type !== 'null')
  const yours = theirs.filter((type) => type !== 'null')
  if (mine.length === 0 && yours.length === 0) return found
  if (!mine.some((type) => yours.includes(type))) {
    const value = namesOf(theirs) || 'nothing'
    const message = `is ${value}, not ${namesOf(ours) || 'nothing'}`
    return [{ at, code: 'type_changed', effect: breaks(side), value, message }]
  }
  const added = namesOf(yours.filter((type) => !mine.includes(type)))
  const removed = namesOf(mine.filter((type) => !yours.includes(type)))
  if (added)
    found.push({
      at,
      code: 'type_widened',
      effect: wider(side),
      value: added,
      message: `may be ${added} too`,
    })
  if (removed) {
    const message = `is never ${removed}`
    found.push({ at, code: 'type_narrowed', effect: narrower(side), value: removed, message })
  }
  return found
}

function compareType(
  ours: readonly Alternative[],
  theirs: readonly Alternative[],
  type: TypeName,
  comparison: Comparison,
  at: string,
): readonly Finding[] {
  const compare = (a: Alternative, b: Alternative): readonly Finding[] =>
    compareAlternative(a, b, type, comparison, at)
  const matching = { ...comparison, compare }
  if (type === 'object' && (ours.length > 1 || theirs.length > 1)) {
    const matched = matchAlternatives(ours, theirs, matching, at)
    if (matched) return matched
  }
  const found = compare(unite(ours), unite(theirs))
  if (comparison.side === 'response' || theirs.length < 2) return found
  if (found.some(({ effect }) => effect !== 'harmless')) return found
  // Their alternatives allow it together, but each request must fit one of them; so must each value of an enum.
  const mine = ours.flatMap((one) => (one.values ? valuesApart(one, type) : [one]))
  if (type !== 'object' && matchAlternatives(mine, theirs, matching, at)) return found
  const message = `has ${theirs.length} alternatives, and not all that our spec allows fits one of them`
  return [...found, { at, code: 'alternatives_narrowed', effect: 'breaks_request', message }]
}

const valuesApart = (one: Alternative, type: TypeName): readonly Alternative[] =>
  [...(one.values ?? [])].filter(isOfType[type]).map((value) => ({ ...one, values: new Set([value]) }))

function compareAlternative(
  a: Alternative,
  b: Alternative,
  type: TypeName,
  comparison: Comparison,
  at: string,
): readonly Finding[] {
  const found = [
    ...compareValues(a, b, type, comparison, at),
    ...compareConstraints(a, b, type, comparison.side, at),
  ]
  if (type === 'array') addFindings(found, compareSchemas(a.items, b.items, comparison, `${at}/*`))
  if (type === 'object') addFindings(found, compareProperties(a, b, comparison, at))
  return found
}

function compareProperties(
  a: Alternative,
  b: Alternative,
  comparison: Comparison,
  at: string,
): readonly Finding[] {
  const { side, theirs } = comparison
  const found: Finding[] = []
  const add = (name: string, code: Difference['code'], effect: Difference['effect'], message: string): void =>
    addFindings(found, [{ at: below(at, name), code, effect, message }])
  theirs.spend(b.properties.size)
  for (const [name, schema] of a.properties) {
    const isRequired = b.required.has(name)
    if (!b.properties.has(name)) {
      add(name, 'property_removed', breaks(side), 'is not there')
      continue
    }
    if (isRequired && !a.required.has(name)) add(name, 'property_required', narrower(side), 'is required')
    if (!isRequired && a.required.has(name)) add(name, 'property_optional', wider(side), 'may be absent')
    addFindings(found, compareSchemas(schema, b.properties.get(name), comparison, below(at, name)))
  }
  for (const name of new Set([...b.properties.keys(), ...b.required])) {
    if (a.properties.has(name) || a.required.has(name)) continue
    if (side === 'request' && b.required.has(name))
      add(name, 'required_property_added', 'breaks_request', 'is new, and required')
    else add(name, 'property_added', 'harmless', 'is new')
  }
  addFindings(found, compareAdditional(a.additional, b.additional, comparison, at))
  return found
}

/** How the properties that an object may have beyond the named ones differ. */
function compareAdditional(
  ours: unknown,
  theirs: unknown,
  comparison: Comparison,
  at: string,
): readonly Finding[] {
  const { side } = comparison
  const isClosed = (schema: unknown, document: ApiDocument): boolean =>
    alternativesOf(schema, { document, side }, `The document at ${at}/*`).length === 0
  const isOursClosed = isClosed(ours, comparison.ours)
  const isTheirsClosed = isClosed(theirs, comparison.theirs)
  if (isTheirsClosed && !isOursClosed) {
    const message = 'allows no properties beyond the named ones'
    return [{ at, code: 'properties_closed', effect: narrower(side), message }]
  }
  if (isOursClosed && !isTheirsClosed) {
    const message = 'allows properties beyond the named ones'
    return [{ at, code: 'properties_opened', effect: wider(side), message }]
  }
  return isOursClosed ? [] : compareSchemas(ours, theirs, comparison, `${at}/*`)
}
