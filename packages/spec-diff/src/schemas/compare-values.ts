import type { ApiDocument } from '../document/document.ts'
import { addFindings, type Finding, narrower, type Side, shorten, wider } from '../finding.ts'
import { type Alternative, isOfType, type TypeName } from './alternative.ts'

/** Where a comparison stands, and whose document it counts against. */
interface Context {
  readonly theirs: ApiDocument
  readonly side: Side
}

/** How the values of an enum differ, for one type. */
export function compareValues(
  a: Alternative,
  b: Alternative,
  type: TypeName,
  { theirs, side }: Context,
  at: string,
): readonly Finding[] {
  const ours = a.values && [...a.values].filter(isOfType[type])
  const yours = b.values && [...b.values].filter(isOfType[type])
  if (!ours) {
    if (!yours) return []
    const value = shorten(yours.map(display).sort().join(', '))
    return [{ at, code: 'values_closed', effect: narrower(side), value, message: `is only one of ${value}` }]
  }
  if (!yours) {
    const message = `is any ${type}, not only one of ${ours.map(display).join(', ')}`
    return [{ at, code: 'values_opened', effect: wider(side), message }]
  }
  theirs.spend(yours.length)
  const known = new Set(ours)
  const present = new Set(yours)
  const found: Finding[] = []
  for (const json of yours) {
    if (known.has(json)) continue
    const value = display(json)
    const message = `may be ${value}`
    addFindings(found, [{ at, code: 'value_added', effect: wider(side), value, message }])
  }
  for (const json of ours) {
    if (present.has(json)) continue
    const value = display(json)
    const message = `is never ${value}`
    addFindings(found, [{ at, code: 'value_removed', effect: narrower(side), value, message }])
  }
  return found
}

const display = (json: string): string => shorten(json.startsWith('"') ? String(JSON.parse(json)) : json)
