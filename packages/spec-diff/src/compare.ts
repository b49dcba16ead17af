import ourSpec from '@digame/spec/openapi.json' with { type: 'json' }
import type { Difference } from './difference.ts'
import { openDocument } from './document/document.ts'
import { member } from './document/values.ts'
import { VendorDocumentError } from './errors.ts'
import { addFindings, type Finding, shorten } from './finding.ts'
import { compareRequest } from './operations/compare-request.ts'
import { compareResponses } from './operations/compare-responses.ts'
import { findOperation, pathsOf, type Search } from './operations/find-operations.ts'
import { type OurOperation, operationsOf } from './operations/operation.ts'
import { sharesFields } from './operations/shares-fields.ts'
import type { Comparison } from './schemas/compare-schemas.ts'

const ourUrl = ourSpec.servers[0]?.url ?? 'https://api.diga.io'

/**
 * Compares our spec with a document that the vendor has published, as far as our five operations go.
 *
 * The document is OpenAPI 3.0 or 3.1, as text (JSON of at most 8 MiB, YAML of at most half a MiB) or parsed. These are
 * not differences: order, titles, descriptions, examples, operation ids, names of components and of path variables, and
 * other ways to write the same schema. Nothing is fetched.
 *
 * @throws VendorDocumentError if the document cannot be compared, or describes another API
 */
export function compareWithVendor(document: unknown): readonly Difference[] {
  const comparison: Comparison = {
    theirs: openDocument(document),
    ours: openDocument(ourSpec),
    side: 'request',
  }
  const paths = pathsOf(comparison.theirs, ourUrl)
  const all = operationsOf(comparison.ours).map((ours) => ({ ours, search: findOperation(paths, ours) }))
  const found: Difference[] = compareServers(all.map(({ search }) => search))
  for (const { ours, search } of all) {
    const { id, endpoint } = ours
    const findings = compareOperation(ours, search, comparison)
    addFindings(
      found,
      findings.map((finding) => ({ operation: id, endpoint, ...finding })),
    )
  }
  if (!all.some(({ search }) => 'found' in search)) throw anotherApi('has none of the operations of our spec')
  const shared = all.map(({ ours, search }) =>
    'found' in search ? sharesFields(ours, search.found, comparison) : undefined,
  )
  const isDescribed = shared.some((one) => one !== undefined)
  const isRecognised = isDescribed
    ? shared.includes(true)
    : all.some(({ search }) => search.result === 'found')
  if (!isRecognised) throw anotherApi('has operations at our paths, but without our fields')
  return found
}

const anotherApi = (what: string): VendorDocumentError =>
  new VendorDocumentError('TOO_DIFFERENT', `The document ${what}: it describes another API.`)

/** The servers of the document, where they count for one of our operations at least. */
function compareServers(searches: readonly Search[]): Difference[] {
  const shared = searches.flatMap((search) =>
    'found' in search && search.found.hasSharedServers ? (search.found.elsewhere ?? []) : [],
  )
  return [...new Set(shared)].map((url) => ({ operation: 'all', endpoint: '', ...serverChanged(url) }))
}

function serverChanged(url: string): Finding {
  const value = shorten(url)
  const message = `the service is at ${value}, not at ${ourUrl}`
  return { at: '', code: 'server_changed', effect: 'breaks_request', value, message }
}

function compareOperation(ours: OurOperation, search: Search, comparison: Comparison): readonly Finding[] {
  const { method, path } = ours
  if (search.result === 'no_path')
    return [{ at: '', code: 'path_removed', effect: 'breaks_request', message: `there is no ${path}` }]
  if (search.result === 'no_method') {
    const message = `there is no ${method.toUpperCase()} ${path}, only ${search.methods || 'nothing'}`
    return [{ at: '', code: 'method_removed', effect: 'breaks_request', message }]
  }
  const { found: theirs } = search
  const found: Finding[] = []
  if (search.result === 'moved') {
    const value = shorten(search.at)
    found.push({ at: '', code: 'path_moved', effect: 'breaks_request', value, message: `is at ${value}` })
  }
  if (!theirs.hasSharedServers && theirs.elsewhere !== undefined) found.push(serverChanged(theirs.elsewhere))
  if (member(theirs.operation, 'deprecated') === true)
    found.push({ at: '', code: 'operation_deprecated', effect: 'harmless', message: 'is deprecated' })
  addFindings(found, compareRequest(ours, theirs, comparison))
  addFindings(found, compareResponses(ours, theirs, comparison))
  return found
}
