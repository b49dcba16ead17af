import { breaks, type Finding, narrower, type Side, shorten, wider } from '../finding.ts'
import { type Alternative, appliesTo, isTightened, type TypeName } from './alternative.ts'

/** How patterns, formats and limits differ, for one type. */
export function compareConstraints(
  a: Alternative,
  b: Alternative,
  type: TypeName,
  side: Side,
  at: string,
): readonly Finding[] {
  return [...new Set([...a.constraints.keys(), ...b.constraints.keys()])].flatMap((name) => {
    // The format of a number says only how it is stored.
    if (!appliesTo(name, type) || (name === 'format' && type !== 'string')) return []
    const found = compareConstraint(name, a.constraints.get(name), b.constraints.get(name), side)
    return found ? [{ at, ...found }] : []
  })
}

type Value = number | string | undefined

function compareConstraint(
  name: string,
  ours: Value,
  theirs: Value,
  side: Side,
): Omit<Finding, 'at'> | undefined {
  if (ours === theirs) return undefined
  const value = shorten(theirs === undefined ? name : `${name} ${theirs}`)
  if (ours === undefined) {
    const message = `has ${value}, which our spec does not have`
    return { code: 'constraint_added', effect: narrower(side), value, message }
  }
  const before = shorten(String(ours))
  if (theirs === undefined)
    return { code: 'constraint_removed', effect: wider(side), value, message: `has no ${name} ${before}` }
  const message = `has ${value}, not ${before}`
  const isTighter = isTightened(name, ours, theirs)
  if (isTighter === undefined) return { code: 'constraint_changed', effect: breaks(side), value, message }
  return isTighter
    ? { code: 'constraint_tightened', effect: narrower(side), value, message }
    : { code: 'constraint_loosened', effect: wider(side), value, message }
}
