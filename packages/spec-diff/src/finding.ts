import type { Difference, Effect } from './difference.ts'
import { VendorDocumentError } from './errors.ts'

/** A difference inside one operation. */
export type Finding = Omit<Difference, 'operation' | 'endpoint'>

/** Which side of an exchange a schema describes. It decides whom a difference hurts. */
export type Side = 'request' | 'response'

/** The effect of a difference that hurts either way. */
export const breaks = (side: Side): Effect => (side === 'request' ? 'breaks_request' : 'breaks_response')

/** The effect where the vendor allows less than our spec: it hurts the sender. */
export const narrower = (side: Side): Effect => (side === 'request' ? 'breaks_request' : 'harmless')

/** The effect where the vendor allows more than our spec: it hurts the reader. */
export const wider = (side: Side): Effect => (side === 'response' ? 'breaks_response' : 'harmless')

/** A document with more differences describes another API. */
const mostDifferences = 1000

/** Adds findings to others. @throws VendorDocumentError as soon as there are too many */
export function addFindings<Item>(found: Item[], more: Iterable<Item>): void {
  for (const one of more) {
    found.push(one)
    if (found.length <= mostDifferences) continue
    throw new VendorDocumentError(
      'TOO_DIFFERENT',
      `There are more than ${mostDifferences} differences: the document describes another API.`,
    )
  }
}

/** A name from the document on one line and not too long, for messages and pointers. */
export function shorten(text: string): string {
  // The length keeps apart names that differ only in what is cut off.
  const cut = text.length > 300 ? `${text.slice(0, 200)}… (${text.length} characters)` : text
  return cut.replace(/[\p{Cc}\u2028\u2029]+/gu, ' ')
}

/** A pointer to a part of what `at` points to. */
export const below = (at: string, name: string): string =>
  `${at}/${shorten(name).replaceAll('~', '~0').replaceAll('/', '~1')}`
