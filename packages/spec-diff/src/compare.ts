import ourSpec from '@digame/spec/openapi.json' with { type: 'json' }
import { copes } from './coping.ts'
import type { Difference, Finding } from './difference.ts'
import { named, tell } from './difference.ts'
import { type ApiDocument, member, readDocument } from './document/document.ts'
import { VendorDocumentError } from './errors.ts'
import { compareRequest } from './operations/compare-request.ts'
import { compareResponses } from './operations/compare-responses.ts'
import {
  type Ours,
  ourOperations,
  ownServers,
  pathsOf,
  type Search,
  search,
} from './operations/find-operations.ts'

const base = 'https://api.diga.io'
/**
 * Compares our spec with a document that the vendor has published, in what our five operations use of it.
 *
 * The document is OpenAPI 3.0 or 3.1, as text (JSON of at most 8 MiB, YAML of at most half a MiB) or parsed. What differs
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
  const all = ourOperations(ours).map((ours) => ({ ours, there: search(theirs, paths, ours) }))
  if (!all.some(({ there }) => 'found' in there)) {
    throw new VendorDocumentError(
      'TOO_DIFFERENT',
      'None of the operations of our spec is in the document: it describes another API.',
    )
  }
  // Servers of the document count where an operation has none of its own.
  const isUsed = all.some(({ there }) => 'found' in there && !ownServers(there.found, base))
  if (paths.elsewhere !== undefined && isUsed) found.push(told(undefined, moved(paths.elsewhere)))
  for (const { ours: operation, there } of all)
    for (const finding of compareOperation(operation, there, ours, theirs))
      tell(found, [told(operation, finding)])
  return found
}

function moved(elsewhere: string): Finding {
  const value = named(elsewhere)
  const message = `the service is at ${value}, not at ${base}`
  return { at: '', code: 'server_changed', effect: 'breaks_request', value, message }
}

function compareOperation(
  operation: Ours,
  there: Search,
  ours: ApiDocument,
  theirs: ApiDocument,
): readonly Finding[] {
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
  const own = ownServers(there.found, base)
  if (own?.elsewhere !== undefined) found.push(moved(own.elsewhere))
  if (member(there.found.operation, 'deprecated') === true)
    found.push({ at: '', code: 'operation_deprecated', effect: 'harmless', message: 'is deprecated' })
  const pair = {
    ours: { document: ours, side: 'request' },
    theirs: { document: theirs, side: 'request' },
  } as const
  tell(found, compareRequest(operation, there.found, pair))
  tell(found, compareResponses(operation, there.found, pair))
  return found
}

function told(operation: Ours | undefined, { clientCopes, ...finding }: Finding): Difference {
  const { id = 'all', endpoint = '' } = operation ?? {}
  const difference = { operation: id, endpoint, ...finding } as const
  return { ...difference, ...copes({ ...difference, ...(clientCopes !== undefined && { clientCopes }) }) }
}
