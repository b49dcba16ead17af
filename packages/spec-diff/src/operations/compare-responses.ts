import { isRecord } from '@digame/internal'
import type { DescribedBody } from '../difference.ts'
import type { ApiDocument } from '../document/document.ts'
import { resolve } from '../document/references.ts'
import { describeKind, member, objectAt, type Raw } from '../document/values.ts'
import { VendorDocumentError } from '../errors.ts'
import { addFindings, below, type Finding, shorten } from '../finding.ts'
import { type Comparison, compareSchemas } from '../schemas/compare-schemas.ts'
import { type Content, contentOf, isJson } from './content.ts'
import type { Described } from './operation.ts'

/** The responses of both sides, by status, and what is needed to compare them. */
interface Responses {
  readonly ours: Raw
  readonly theirs: Raw
  readonly comparison: Comparison
  /** The path, for messages. */
  readonly path: string
}

/** How the responses of an operation differ. @throws VendorDocumentError */
export function compareResponses(
  ours: Described,
  theirs: Described,
  comparison: Comparison,
): readonly Finding[] {
  const mine = objectAt(ours.operation, 'responses', 'our spec') ?? {}
  const yours = objectAt(theirs.operation, 'responses', theirs.path)
  if (!yours || Object.keys(yours).length === 0)
    throw new VendorDocumentError('MALFORMED', `${theirs.path}: the operation has no \`responses\`.`)
  comparison.theirs.spend(Object.keys(yours).length)
  const responses = { ours: mine, theirs: yours, comparison, path: theirs.path }
  const found: Finding[] = []
  /** Statuses of theirs that stand for one of ours. */
  const matched = new Set<string>()
  for (const status of Object.keys(mine)) {
    const match = matchStatus(status, yours)
    if (match !== undefined) matched.add(match)
    addFindings(found, compareStatus(responses, status, match))
  }
  for (const status of Object.keys(yours)) {
    if (matched.has(status) || status.startsWith('x-')) continue
    addFindings(found, compareAdded(responses, status))
  }
  return found
}

const isSuccess = (status: string): boolean => status.startsWith('2')

/** The status of theirs that stands for one of ours: itself, its range, the default, or for a success another success. */
function matchStatus(status: string, theirs: Raw): string | undefined {
  const ranges = [status, `${status[0]}XX`, `${status[0]}xx`]
  const others = isSuccess(status) ? [Object.keys(theirs).find(isSuccess)] : ['default']
  return [...ranges, ...others].find((one) => one !== undefined && Object.hasOwn(theirs, one))
}

function compareStatus(responses: Responses, status: string, match: string | undefined): readonly Finding[] {
  const at = `/responses/${status}`
  if (match === undefined) {
    return isSuccess(status)
      ? [
          {
            at,
            code: 'status_removed',
            effect: 'breaks_response',
            message: 'is not there, nor is another success',
          },
        ]
      : [{ at, code: 'status_removed', effect: 'harmless', message: 'is not there' }]
  }
  const isRange = /^\dxx$/i.test(match) || match === 'default'
  if (match === status || isRange) return compareBodies(responses, status, match, at)
  const message = `is ${shorten(match)}`
  return [
    { at, code: 'status_changed', effect: 'breaks_response', value: match, message },
    ...compareBodies(responses, status, match, below('/responses', match)),
  ]
}

function compareAdded(responses: Responses, status: string): readonly Finding[] {
  const at = below('/responses', status)
  const added: Finding = { at, code: 'status_added', effect: 'breaks_response', message: 'is new' }
  if (!isSuccess(status)) return [added]
  const ours = Object.keys(responses.ours).find(isSuccess)
  if (ours === undefined) return [added]
  const body = describeBody(contentOfOurs(responses, ours), contentOfTheirs(responses, status))
  return [{ ...added, body }, ...compareBodies(responses, ours, status, at)]
}

const contentOfOurs = ({ ours, comparison }: Responses, status: string): Content =>
  contentOf(responseAt(ours, status, comparison.ours, 'our spec'), 'our spec')

const contentOfTheirs = ({ theirs, comparison, path }: Responses, status: string): Content =>
  contentOf(responseAt(theirs, status, comparison.theirs, path), `${path}: response ${shorten(status)}`)

function responseAt(of: Raw, status: string, document: ApiDocument, path: string): Raw {
  const where = `${path}: response ${shorten(status)}`
  const response = resolve(document, member(of, status), where)
  if (isRecord(response)) return response
  throw new VendorDocumentError('MALFORMED', `${where} is ${describeKind(response)}, not an object.`)
}

function compareBodies(
  responses: Responses,
  status: string,
  match: string,
  response: string,
): readonly Finding[] {
  const ours = contentOfOurs(responses, status)
  const theirs = contentOfTheirs(responses, match)
  const at = `${response}/body`
  const body = describeBody(ours, theirs)
  if (body === 'none')
    return [{ at, code: 'body_removed', effect: 'breaks_response', message: 'is not described' }]
  const [type = ''] = ours.types
  const value = shorten(theirs.types.join(', '))
  const changed: Finding = {
    ...{ at, code: 'content_type_changed', effect: 'breaks_response', value, body },
    message: `is ${value}, not ${type}`,
  }
  // No schema describes the events of a stream.
  const other = isJson(type)
    ? [type, ...theirs.types].find((one) => isJson(one) && theirs.schemaOf(one))
    : undefined
  if (other === undefined) return body === 'same' ? [] : [changed]
  const comparison = { ...responses.comparison, side: 'response' } as const
  const schemas = compareSchemas(ours.schemaOf(type)?.schema, theirs.schemaOf(other)?.schema, comparison, at)
  return body === 'same' ? schemas : [changed, ...schemas]
}

function describeBody(ours: Content, theirs: Content): DescribedBody {
  if (theirs.types.length === 0) return 'none'
  if (ours.types.some((type) => theirs.schemaOf(type))) return 'same'
  const json = theirs.types.find(isJson)
  if (json === undefined) return 'other'
  return saysNothing(theirs.schemaOf(json)?.schema) ? 'undescribed' : 'json'
}

/** Whether a schema allows anything, as frameworks write it where they know nothing. */
const saysNothing = (schema: unknown): boolean =>
  schema === undefined ||
  schema === true ||
  (isRecord(schema) && Object.keys(schema).every((key) => key === 'title'))
