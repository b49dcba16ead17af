import { below, type Finding, named, tell } from '../difference.ts'
import {
  type ApiDocument,
  isObject,
  kind,
  member,
  objectAt,
  type Raw,
  resolve,
} from '../document/document.ts'
import { VendorDocumentError } from '../errors.ts'
import { compareSchemas, type Pair } from '../schemas/compare-schemas.ts'
import { type Content, contentOf, isJson } from './content.ts'
import type { Found, Ours } from './find-operations.ts'

/** What the answers of an operation have other than ours. @throws VendorDocumentError */
export function compareResponses(ours: Ours, theirs: Found, pair: Pair): readonly Finding[] {
  const mine = objectAt(ours.operation, 'responses', 'our spec') ?? {}
  const yours = objectAt(theirs.operation, 'responses', theirs.path)
  if (!yours || Object.keys(yours).length === 0) {
    throw new VendorDocumentError('MALFORMED', `${theirs.path}: the operation has no \`responses\`.`)
  }
  pair.theirs.document.spend(Object.keys(yours).length)
  const found: Finding[] = []
  const success = Object.keys(mine).find(isSuccess) as string
  const compare = (status: string, key: string): readonly Finding[] => {
    const at = below('/responses', key)
    const a = contentOf(responseAt(mine, status, pair.ours.document, 'our spec'), 'our spec')
    const b = contentOf(
      responseAt(yours, key, pair.theirs.document, theirs.path),
      `${theirs.path}: answer ${named(key)}`,
    )
    return compareContent(a, b, pair, at)
  }
  /** Theirs that stand for one of ours, also by a range. */
  const taken = new Set<string>()
  for (const status of Object.keys(mine)) {
    const key = [status, `${status[0]}XX`, `${status[0]}xx`, 'default'].find((one) =>
      Object.hasOwn(yours, one),
    )
    if (key !== undefined && !(isSuccess(status) && key === 'default')) {
      taken.add(key)
      const here = (at: string): string => at.replace(below('/responses', key), `/responses/${status}`)
      for (const one of compare(status, key)) tell(found, [{ ...one, at: here(one.at) }])
      continue
    }
    const at = `/responses/${status}`
    const other = Object.keys(yours).find(isSuccess)
    if (status !== success) {
      found.push({ at, code: 'status_removed', effect: 'harmless', message: 'is not there' })
    } else if (other !== undefined) {
      taken.add(other)
      found.push({
        at,
        code: 'status_changed',
        effect: 'breaks_response',
        value: other,
        message: `is ${named(other)}`,
      })
      tell(found, compare(status, other))
    } else {
      found.push({
        at,
        code: 'status_removed',
        effect: 'breaks_response',
        message: 'is not there, nor is another success',
      })
    }
  }
  for (const key of Object.keys(yours)) {
    if (taken.has(key) || key.startsWith('x-') || (key === 'default' && taken.size > 0 && hasErrors(taken)))
      continue
    const at = below('/responses', key)
    const added = { at, code: 'status_added', effect: 'breaks_response', message: 'is new' } as const
    if (!isSuccess(key)) {
      tell(found, [added])
      continue
    }
    const differences = compare(success, key)
    const isReadable = !differences.some(
      ({ code }) => code === 'body_removed' || code === 'content_type_changed',
    )
    tell(found, [{ ...added, clientCopes: isReadable }, ...differences])
  }
  return found
}

const isSuccess = (status: string): boolean => /^2/.test(status)
const hasErrors = (statuses: ReadonlySet<string>): boolean => statuses.has('default')

function responseAt(of: Raw, status: string, document: ApiDocument, where: string): Raw {
  const response = resolve(document, member(of, status), `${where}: answer ${named(status)}`)
  if (isObject(response)) return response
  throw new VendorDocumentError(
    'MALFORMED',
    `${where}: answer ${named(status)} is ${kind(response)}, not an object.`,
  )
}

function compareContent(ours: Content, theirs: Content, pair: Pair, at: string): readonly Finding[] {
  const type = ours.types[0] as string
  const body = `${at}/body`
  const reading = {
    ...pair,
    ours: { ...pair.ours, side: 'response' },
    theirs: { ...pair.theirs, side: 'response' },
  } as const
  const there = theirs.schema(type)
  // What an event of a stream holds stands in no schema.
  if (there) return isJson(type) ? compareSchemas(ours.schema(type)?.schema, there.schema, reading, body) : []
  if (theirs.types.length === 0)
    return [{ at: body, code: 'body_removed', effect: 'breaks_response', message: 'is not described' }]
  const value = named(theirs.types.join(', '))
  const other = theirs.types.find(isJson)
  const schema = other === undefined ? undefined : theirs.schema(other)?.schema
  const changed: Finding = {
    ...{ at: body, code: 'content_type_changed', effect: 'breaks_response', value },
    message: `is ${value}, not ${type}`,
    clientCopes: isJson(type) ? other !== undefined : isUnsaid(schema),
  }
  return [
    changed,
    ...(isJson(type) && other !== undefined
      ? compareSchemas(ours.schema(type)?.schema, schema, reading, body)
      : []),
  ]
}

/** Whether a schema says nothing at all, as frameworks write it where they know nothing. */
const isUnsaid = (schema: unknown): boolean =>
  schema === undefined ||
  schema === true ||
  (isObject(schema) && Object.keys(schema).every((key) => key === 'title'))
