import { isRecord } from '@digame/internal'
import type { ApiDocument } from '../document/document.ts'
import { resolve } from '../document/references.ts'
import { describeKind, member, type Raw } from '../document/values.ts'
import { VendorDocumentError } from '../errors.ts'
import { addFindings, type Finding, shorten } from '../finding.ts'
import { type Comparison, compareSchemas } from '../schemas/compare-schemas.ts'
import { compareAuth } from './compare-auth.ts'
import { compareParameters } from './compare-parameters.ts'
import { contentOf } from './content.ts'
import type { Described } from './operation.ts'

/** How the requests of an operation differ. @throws VendorDocumentError */
export function compareRequest(
  ours: Described,
  theirs: Described,
  comparison: Comparison,
): readonly Finding[] {
  return [
    ...compareAuth(theirs, comparison.theirs),
    ...compareParameters(ours, theirs, comparison),
    ...compareBody(bodyOf(ours, comparison.ours), bodyOf(theirs, comparison.theirs), comparison),
  ]
}

function bodyOf({ path, operation }: Described, document: ApiDocument): Raw | undefined {
  const raw = member(operation, 'requestBody')
  if (raw === undefined) return undefined
  const body = resolve(document, raw, `${path}: the request body`)
  if (isRecord(body)) return body
  throw new VendorDocumentError(
    'MALFORMED',
    `${path}: the request body is ${describeKind(body)}, not an object.`,
  )
}

const at = '/request/body'

function compareBody(
  ours: Raw | undefined,
  theirs: Raw | undefined,
  comparison: Comparison,
): readonly Finding[] {
  const isRequired = (body: Raw): boolean => member(body, 'required') === true
  if (!ours && !theirs) return []
  if (!theirs) return [{ at, code: 'body_removed', effect: 'breaks_request', message: 'is not there' }]
  if (!ours) {
    return isRequired(theirs)
      ? [{ at, code: 'required_body_added', effect: 'breaks_request', message: 'is new, and required' }]
      : [{ at, code: 'body_added', effect: 'harmless', message: 'is new' }]
  }
  const found: Finding[] = []
  if (isRequired(ours) && !isRequired(theirs))
    found.push({ at, code: 'body_optional', effect: 'harmless', message: 'is optional' })
  const mine = contentOf(ours, 'our spec')
  const yours = contentOf(theirs, 'The request body')
  for (const type of mine.types) {
    const accepted = yours.schemaOf(type)
    if (accepted) {
      addFindings(found, compareSchemas(mine.schemaOf(type)?.schema, accepted.schema, comparison, at))
      continue
    }
    const instead = shorten(yours.types.join(', ')) || 'nothing that the document names'
    const message = `is not accepted as ${type}, only as ${instead}`
    found.push({ at, code: 'content_type_removed', effect: 'breaks_request', value: type, message })
  }
  for (const type of yours.types.filter((one) => !mine.types.includes(one) && !one.includes('*'))) {
    const value = shorten(type)
    const message = `is also accepted as ${value}`
    addFindings(found, [{ at, code: 'content_type_added', effect: 'harmless', value, message }])
  }
  return found
}
