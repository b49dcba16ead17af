import type { ApiDocument } from '../document/document.ts'
import { addFindings, type Finding, type Side, shorten } from '../finding.ts'
import type { Alternative } from './alternative.ts'

/** How matching compares two alternatives, and which way round. */
export interface Matching {
  readonly theirs: ApiDocument
  readonly side: Side
  compare(ours: Alternative, theirs: Alternative): readonly Finding[]
}

/**
 * Finds, for each alternative of the side that must be the narrower one, an alternative of the other side that allows
 * all of it. Returns what is left over on the other side, and `undefined` if one of them fits nowhere.
 */
export function matchAlternatives(
  ours: readonly Alternative[],
  theirs: readonly Alternative[],
  matching: Matching,
  at: string,
): readonly Finding[] | undefined {
  const isRequest = matching.side === 'request'
  const [narrow, wide] = isRequest ? [ours, theirs] : [theirs, ours]
  const used = new Set<Alternative>()
  const found: Finding[] = []
  for (const one of narrow) {
    matching.theirs.spend()
    const best = bestMatch(one, wide, matching)
    if (!best) return undefined
    used.add(best.other)
    addFindings(found, best.findings)
  }
  for (const other of wide.filter((one) => !used.has(one))) {
    const names = [...other.properties.keys()].slice(0, 5).map(shorten).join(', ')
    const code = isRequest ? 'alternative_added' : 'alternative_removed'
    const message = isRequest ? `may also be an object of ${names}` : `is never an object of ${names}`
    found.push({ at, code, effect: 'harmless', value: names, message })
  }
  return found
}

interface Match {
  readonly other: Alternative
  readonly findings: readonly Finding[]
}

/** The alternative of the other side with the fewest differences, all of them harmless. */
function bestMatch(one: Alternative, wide: readonly Alternative[], matching: Matching): Match | undefined {
  let best: Match | undefined
  for (const other of wide) {
    const findings = matching.side === 'request' ? matching.compare(one, other) : matching.compare(other, one)
    if (findings.some(({ effect }) => effect !== 'harmless')) continue
    if (!best || findings.length < best.findings.length) best = { other, findings }
  }
  return best
}
