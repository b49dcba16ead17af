import { isRecord } from '@digame/internal'
import { resolve } from '../document/references.ts'
import { member, objectAt, type Raw } from '../document/values.ts'
import type { Side } from '../finding.ts'
import type { Comparison } from '../schemas/compare-schemas.ts'
import { alternativesOf, type Reading } from '../schemas/read-schema.ts'
import { contentOf, isJson } from './content.ts'
import type { Described, OurOperation } from './operation.ts'

/**
 * Whether an operation of theirs has at least half of the fields of ours, in what it takes or in what it returns;
 * `undefined` if the document describes no fields there.
 */
export function sharesFields(
  ours: OurOperation,
  theirs: Described,
  comparison: Comparison,
): boolean | undefined {
  const parts = (['request', 'response'] as const).flatMap((side) => {
    const mine = fieldsOf(ours, { document: comparison.ours, side })
    const yours = fieldsOf(theirs, { document: comparison.theirs, side })
    if (mine.size === 0 || yours.size === 0) return []
    return [[...mine].filter((name) => yours.has(name)).length >= mine.size / 2]
  })
  return parts.length === 0 ? undefined : parts.includes(true)
}

/** The names of the fields of a body; for a page, those of its items. */
function fieldsOf({ path, operation }: Described, reading: Reading): ReadonlySet<string> {
  const { document, side } = reading
  const body = resolve(document, bodyOf(operation, side, path), path)
  if (!isRecord(body)) return new Set()
  const content = contentOf(body, path)
  const type = content.types.find(isJson)
  if (type === undefined) return new Set()
  const alternatives = alternativesOf(content.schemaOf(type)?.schema, reading, path)
  const lists = alternatives.flatMap(({ properties }) =>
    properties.has('data') ? alternativesOf(properties.get('data'), reading, path) : [],
  )
  const items = lists.flatMap(({ types, items }) =>
    types.has('array') ? alternativesOf(items, reading, path) : [],
  )
  const holders = items.length > 0 ? items : alternatives
  return new Set(holders.flatMap(({ properties }) => [...properties.keys()]))
}

function bodyOf(operation: Raw, side: Side, where: string): unknown {
  if (side === 'request') return member(operation, 'requestBody')
  const responses = objectAt(operation, 'responses', where) ?? {}
  const success = Object.keys(responses).find((status) => status.startsWith('2'))
  return success === undefined ? undefined : member(responses, success)
}
