import {
  below,
  breaks,
  type DifferenceCode,
  type Effect,
  type Finding,
  named,
  narrower,
  tell,
  wider,
} from '../difference.ts'
import {
  type Alternative,
  alternativesOf,
  concerns,
  everyType,
  type Reading,
  type TypeName,
  tightened,
  union,
} from './alternatives.ts'

/** Both sides of a comparison. */
export interface Pair {
  readonly ours: Reading
  readonly theirs: Reading
}

/** What a schema of theirs has other than ours, read as its side reads it. @throws VendorDocumentError */
export function compareSchemas(ours: unknown, theirs: unknown, pair: Pair, at: string): readonly Finding[] {
  const a = shapeOf(alternativesOf(ours, pair.ours, `our spec at ${at}`))
  const b = shapeOf(alternativesOf(theirs, pair.theirs, `The document at ${at}`))
  const { side } = pair.theirs
  const finding = (code: DifferenceCode, effect: Effect, message: string, value?: string): Finding => ({
    ...{ at, code, effect, message },
    ...(value !== undefined && { value: named(value) }),
  })
  if (a.isAny && b.isAny) return []
  if (b.isAny)
    return [finding('type_widened', wider(side), 'is anything, not only what our spec says', 'anything')]
  if (a.isAny) {
    const names = typeNames(b.types)
    return [
      finding('type_narrowed', narrower(side), `is only ${names}, where our spec allows anything`, names),
    ]
  }
  const found: Finding[] = []
  if (b.types.has('null') && !a.types.has('null'))
    found.push(finding('null_added', wider(side), 'may be null'))
  if (a.types.has('null') && !b.types.has('null'))
    found.push(finding('null_removed', narrower(side), 'is never null'))
  const [mine, yours] = [a, b].map(({ types }) =>
    everyType.filter((type) => type !== 'null' && types.has(type)),
  ) as [TypeName[], TypeName[]]
  const common = mine.filter((type) => b.types.has(type))
  if (common.length === 0) {
    if (mine.length === 0 && yours.length === 0) return found
    const names = typeNames(b.types) || 'nothing'
    return [
      finding('type_changed', breaks(side), `is ${names}, not ${typeNames(a.types) || 'nothing'}`, names),
    ]
  }
  const added = typeNames(new Set(yours.filter((type) => !a.types.has(type))))
  const removed = typeNames(new Set(mine.filter((type) => !b.types.has(type))))
  if (added) found.push(finding('type_widened', wider(side), `may be ${added} too`, added))
  if (removed) found.push(finding('type_narrowed', narrower(side), `is never ${removed}`, removed))
  // A number is compared once.
  const types = common.filter((type) => type !== 'fraction' || !common.includes('integer'))
  for (const type of types) tell(found, compareType(a.of(type), b.of(type), type, pair, at))
  return found
}

interface Shape {
  readonly isAny: boolean
  readonly types: ReadonlySet<TypeName>
  of(type: TypeName): readonly Alternative[]
}

function shapeOf(alternatives: readonly Alternative[]): Shape {
  const isTop = ({
    types,
    values,
    constraints,
    properties,
    required,
    additional,
    items,
  }: Alternative): boolean =>
    types.size === everyType.length &&
    !values &&
    constraints.size + properties.size + required.size === 0 &&
    additional === true &&
    items === true
  return {
    isAny: alternatives.some(isTop),
    types: new Set(alternatives.flatMap(({ types }) => [...types])),
    of: (type) => alternatives.filter(({ types }) => types.has(type)),
  }
}

const typeNames = (types: ReadonlySet<TypeName>): string => {
  const names = everyType.filter((type) => types.has(type) && !(type === 'integer' && types.has('fraction')))
  return names.map((type) => (type === 'fraction' ? 'number' : type)).join(' or ')
}

function compareType(
  ours: readonly Alternative[],
  theirs: readonly Alternative[],
  type: TypeName,
  pair: Pair,
  at: string,
): readonly Finding[] {
  const compare = (a: Alternative, b: Alternative): readonly Finding[] =>
    compareAlternative(a, b, type, pair, at)
  if (type === 'object' && (ours.length > 1 || theirs.length > 1)) {
    const matched = matchAlternatives(ours, theirs, compare, pair, at)
    if (matched) return matched
  }
  const found = compare(union(ours), union(theirs))
  const { side } = pair.theirs
  if (side === 'response' || theirs.length < 2 || found.some(({ effect }) => effect !== 'harmless'))
    return found
  // What they take together, none of them need take alone; a value is looked for by itself.
  const mine = ours.flatMap((one) => (one.values ? valuesApart(one, type) : [one]))
  if (type !== 'object' && matchAlternatives(mine, theirs, compare, pair, at)) return found
  const message = `has ${theirs.length} alternatives, and not all that our spec allows fits one of them`
  return [...found, { at, code: 'alternatives_narrowed', effect: 'breaks_request', message }]
}

const valuesApart = (one: Alternative, type: TypeName): readonly Alternative[] =>
  [...(one.values ?? [])].filter(isOf[type]).map((value) => ({ ...one, values: new Set([value]) }))

/**
 * Whether each kind of object of the side that must be the narrower one is fine with one of the other side; then what
 * is left over on the other side is all there is to say. `undefined` if one is not.
 */
function matchAlternatives(
  ours: readonly Alternative[],
  theirs: readonly Alternative[],
  compare: (a: Alternative, b: Alternative) => readonly Finding[],
  { theirs: { side, document } }: Pair,
  at: string,
): readonly Finding[] | undefined {
  const asking = side === 'request'
  const [narrow, wide] = asking ? [ours, theirs] : [theirs, ours]
  const used = new Set<Alternative>()
  const found: Finding[] = []
  for (const one of narrow) {
    document.spend()
    const tried = wide.map((other) => ({
      other,
      findings: asking ? compare(one, other) : compare(other, one),
    }))
    const fine = tried.filter(({ findings }) => findings.every(({ effect }) => effect === 'harmless'))
    const best = fine.sort((a, b) => a.findings.length - b.findings.length)[0]
    if (!best) return undefined
    used.add(best.other)
    tell(found, best.findings)
  }
  for (const other of wide.filter((one) => !used.has(one))) {
    const names = [...other.properties.keys()].slice(0, 5).map(named).join(', ')
    const code = asking ? 'alternative_added' : 'alternative_removed'
    const message = asking ? `may also be an object of ${names}` : `is never an object of ${names}`
    found.push({ at, code, effect: 'harmless', value: names, message })
  }
  return found
}

function compareAlternative(
  a: Alternative,
  b: Alternative,
  type: TypeName,
  pair: Pair,
  at: string,
): readonly Finding[] {
  const found = [...compareValues(a, b, type, pair, at), ...compareConstraints(a, b, type, pair, at)]
  if (type === 'array') tell(found, compareSchemas(a.items, b.items, pair, `${at}/*`))
  if (type === 'object') tell(found, compareProperties(a, b, pair, at))
  return found
}

const isOf: Readonly<Record<TypeName, (json: string) => boolean>> = {
  null: (json) => json === 'null',
  boolean: (json) => json === 'true' || json === 'false',
  string: (json) => json.startsWith('"'),
  integer: (json) => /^-?\d/.test(json),
  fraction: (json) => /^-?\d/.test(json),
  array: (json) => json === 'a list',
  object: (json) => json === 'an object',
}

function compareValues(
  a: Alternative,
  b: Alternative,
  type: TypeName,
  { theirs }: Pair,
  at: string,
): Finding[] {
  const { side, document } = theirs
  const [ours, yours] = [a.values, b.values].map((values) => values && [...values].filter(isOf[type]))
  if (!ours && !yours) return []
  const plain = (json: string): string => named(json.startsWith('"') ? String(JSON.parse(json)) : json)
  if (!ours) {
    const value = named((yours ?? []).map(plain).sort().join(', '))
    return [{ at, code: 'values_closed', effect: narrower(side), value, message: `is only one of ${value}` }]
  }
  if (!yours) {
    const message = `is any ${type}, not only one of ${ours.map(plain).join(', ')}`
    return [{ at, code: 'values_opened', effect: wider(side), message }]
  }
  document.spend(yours.length)
  const [mine, others] = [new Set(ours), new Set(yours)]
  const found: Finding[] = []
  const add = (json: string, code: DifferenceCode, effect: Effect, words: string): void => {
    const value = plain(json)
    tell(found, [{ at, code, effect, value, message: `${words} ${value}` }])
  }
  for (const json of yours) if (!mine.has(json)) add(json, 'value_added', wider(side), 'may be')
  for (const json of ours) if (!others.has(json)) add(json, 'value_removed', narrower(side), 'is never')
  return found
}

function compareConstraints(
  a: Alternative,
  b: Alternative,
  type: TypeName,
  { theirs }: Pair,
  at: string,
): Finding[] {
  const { side } = theirs
  const found: Finding[] = []
  const add = (code: DifferenceCode, effect: Effect, value: string, message: string): void => {
    found.push({ at, code, effect, value: named(value), message })
  }
  for (const word of new Set([...a.constraints.keys(), ...b.constraints.keys()])) {
    // Formats of numbers say how they are stored.
    if (!concerns(word, type) || (word === 'format' && type !== 'string')) continue
    const [mine, yours] = [a.constraints.get(word), b.constraints.get(word)]
    if (mine === yours) continue
    const value = yours === undefined ? word : `${word} ${named(String(yours))}`
    if (mine === undefined)
      add('constraint_added', narrower(side), value, `has ${value}, which our spec has not`)
    else if (yours === undefined)
      add('constraint_removed', wider(side), value, `is without ${word} ${named(String(mine))}`)
    else {
      const tighter = tightened(word, mine, yours)
      const message = `has ${value}, not ${named(String(mine))}`
      if (tighter === undefined) add('constraint_changed', breaks(side), value, message)
      else if (tighter) add('constraint_tightened', narrower(side), value, message)
      else add('constraint_loosened', wider(side), value, message)
    }
  }
  return found
}

function compareProperties(a: Alternative, b: Alternative, pair: Pair, at: string): Finding[] {
  const { side, document } = pair.theirs
  const found: Finding[] = []
  const add = (name: string, code: DifferenceCode, effect: Effect, message: string): void => {
    tell(found, [{ at: below(at, name), code, effect, message }])
  }
  document.spend(b.properties.size)
  for (const [name, schema] of a.properties) {
    const isRequired = b.required.has(name)
    if (!b.properties.has(name)) {
      add(name, 'property_removed', breaks(side), 'is not there')
      continue
    }
    if (isRequired && !a.required.has(name)) add(name, 'property_required', narrower(side), 'is required')
    if (!isRequired && a.required.has(name)) add(name, 'property_optional', wider(side), 'may be absent')
    tell(found, compareSchemas(schema, b.properties.get(name), pair, below(at, name)))
  }
  for (const name of new Set([...b.properties.keys(), ...b.required])) {
    if (a.properties.has(name)) continue
    if (side === 'request' && b.required.has(name) && !a.required.has(name))
      add(name, 'required_property_added', 'breaks_request', 'is new, and required')
    else if (!a.required.has(name)) add(name, 'property_added', 'harmless', 'is new')
  }
  tell(found, compareAdditional(a.additional, b.additional, pair, at))
  return found
}

/** What an object may hold beyond its named properties. */
function compareAdditional(ours: unknown, theirs: unknown, pair: Pair, at: string): readonly Finding[] {
  const { side } = pair.theirs
  const isClosed = (raw: unknown, reading: Reading): boolean =>
    alternativesOf(raw, reading, `The document at ${at}/*`).length === 0
  const [mine, yours] = [isClosed(ours, pair.ours), isClosed(theirs, pair.theirs)]
  if (yours && !mine)
    return [
      {
        at,
        code: 'properties_closed',
        effect: narrower(side),
        message: 'holds nothing but its named properties',
      },
    ]
  if (mine && !yours)
    return [
      {
        at,
        code: 'properties_opened',
        effect: wider(side),
        message: 'may hold more than its named properties',
      },
    ]
  return mine ? [] : compareSchemas(ours, theirs, pair, `${at}/*`)
}
