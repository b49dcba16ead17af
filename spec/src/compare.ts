import ourSpec from '../openapi.json' with { type: 'json' }
import { compareRequest } from './compare-request.ts'
import { compareResponses } from './compare-responses.ts'
import { copes } from './copes.ts'
import type { Difference, Finding } from './difference.ts'
import { named } from './difference.ts'
import { type ApiDocument, member, readDocument } from './document.ts'
import { type Ours, ourOperations, type Paths, pathsOf, search } from './operations.ts'
import { VendorDocumentError } from './vendor-error.ts'

const base = 'https://api.diga.io'
/** More is another API. */
const mostDifferences = 1000

/**
 * Compares our spec with a document that the vendor has published, in what our five operations use of it.
 *
 * The document is OpenAPI 3.0 or 3.1, as text (JSON of at most 8 MiB, YAML of at most 2 MiB) or parsed. What differs
 * in words alone is no difference: order, titles, descriptions, examples, operation ids, names of components and of
 * path variables, and the ways to write that something may be null. Nothing is fetched.
 *
 * @throws VendorDocumentError for a document that cannot be compared
 */
export function compareWithVendor(document: unknown): readonly Difference[] {
  const theirs = readDocument(document)
  const ours = readDocument(ourSpec)
  const paths = pathsOf(theirs, base)
  const found: Difference[] = []
  if (paths.elsewhere !== undefined) {
    const value = named(paths.elsewhere)
    const message = `the service is at ${value}, not at ${base}`
    found.push(told(undefined, { at: '', code: 'server_changed', effect: 'breaks_request', value, message }))
  }
  for (const operation of ourOperations(ours)) {
    for (const finding of compareOperation(operation, ours, theirs, paths)) {
      found.push(told(operation, finding))
      if (found.length <= mostDifferences) continue
      throw new VendorDocumentError(
        'TOO_DIFFERENT',
        `There are more than ${mostDifferences} differences: the document describes another API.`,
      )
    }
  }
  return found
}

function compareOperation(
  operation: Ours,
  ours: ApiDocument,
  theirs: ApiDocument,
  paths: Paths,
): readonly Finding[] {
  const there = search(theirs, paths, operation)
  const { method, path } = operation
  if (there.result === 'no_path')
    return [{ at: '', code: 'path_removed', effect: 'breaks_request', message: `there is no ${path}` }]
  if (there.result === 'no_method') {
    const message = `there is no ${method.toUpperCase()} ${path}, only ${there.methods || 'nothing'}`
    return [{ at: '', code: 'method_removed', effect: 'breaks_request', message }]
  }
  const found: Finding[] = []
  if (there.result === 'moved') {
    const value = named(there.found.path)
    found.push({ at: '', code: 'path_moved', effect: 'breaks_request', value, message: `is at ${value}` })
  }
  if (member(there.found.operation, 'deprecated') === true)
    found.push({ at: '', code: 'operation_deprecated', effect: 'harmless', message: 'is deprecated' })
  const pair = {
    ours: { document: ours, side: 'request' },
    theirs: { document: theirs, side: 'request' },
  } as const
  return [
    ...found,
    ...compareRequest(operation, there.found, pair),
    ...compareResponses(operation, there.found, pair),
  ]
}

function told(operation: Ours | undefined, { clientCopes, ...finding }: Finding): Difference {
  const { id = 'all', endpoint = '' } = operation ?? {}
  const difference = { operation: id, endpoint, ...finding } as const
  return { ...difference, ...copes({ ...difference, ...(clientCopes !== undefined && { clientCopes }) }) }
}
