/** Everything that a document must satisfy to be the contract. */
import type { Node } from '../document.ts'
import { operationIds } from '../operations.ts'
import { terms } from '../terms.ts'
import { type Check, shareMock, type UseMock } from './check.ts'
import { responseChecks } from './responses.ts'
import { createTermsContext } from './terms-context.ts'
import { operationTermChecks } from './terms-of-operations.ts'
import { closingTermChecks, leadingTermChecks } from './terms-of-service.ts'

/** The checks of the terms: the document, the mock and the client against the contract as written by hand. */
function termChecks(document: Node, useMock: UseMock): readonly Check[] {
  const context = createTermsContext(document, useMock)
  return [
    ...leadingTermChecks(context),
    ...operationIds.flatMap((id) => operationTermChecks(id, terms[id], context)),
    ...closingTermChecks(context),
  ]
}

/** A check and the suite that it belongs to. */
export interface ContractCheck extends Check {
  readonly suite: 'responses' | 'terms'
}

/**
 * Every check of the contract for one document, to be run in order, one at a time.
 *
 * `terms` comes last: it repeats the values of the spec by hand and so notices nearly any edit.
 */
export function contractChecks(document: Node): readonly ContractCheck[] {
  const useMock = shareMock(document)
  return [
    ...responseChecks(document, useMock).map((check) => ({ ...check, suite: 'responses' as const })),
    ...termChecks(document, useMock).map((check) => ({ ...check, suite: 'terms' as const })),
  ]
}
