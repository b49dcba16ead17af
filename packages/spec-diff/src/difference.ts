import type { operations } from '@digame/spec'
import { VendorDocumentError } from './errors.ts'

/** The name of an operation of our spec; `all` is the service as a whole. */
export type Operation = keyof operations | 'all'

/** What a difference does to who relies on our spec. */
export type Effect = 'breaks_request' | 'breaks_response' | 'harmless'

/** The kind of a difference, from our spec to the vendor's document. Kinds may be added, none changes its meaning. */
export type DifferenceCode =
  | 'server_changed'
  | 'path_removed'
  | 'path_moved'
  | 'method_removed'
  | 'operation_deprecated'
  | 'auth_changed'
  | 'auth_dropped'
  | 'parameter_added'
  | 'required_parameter_added'
  | 'parameter_removed'
  | 'parameter_required'
  | 'parameter_optional'
  | 'default_changed'
  | 'body_added'
  | 'required_body_added'
  | 'body_removed'
  | 'body_optional'
  | 'content_type_added'
  | 'content_type_removed'
  | 'content_type_changed'
  | 'status_added'
  | 'status_removed'
  | 'status_changed'
  | 'property_added'
  | 'required_property_added'
  | 'property_removed'
  | 'property_required'
  | 'property_optional'
  | 'properties_closed'
  | 'properties_opened'
  | 'type_changed'
  | 'type_narrowed'
  | 'type_widened'
  | 'null_added'
  | 'null_removed'
  | 'value_added'
  | 'value_removed'
  | 'values_closed'
  | 'values_opened'
  | 'constraint_added'
  | 'constraint_removed'
  | 'constraint_changed'
  | 'constraint_tightened'
  | 'constraint_loosened'
  | 'alternative_added'
  | 'alternative_removed'
  | 'alternatives_narrowed'

/** One difference between our spec and a document of the vendor. */
export interface Difference {
  readonly operation: Operation
  /** Method and path of our spec, such as `POST /v1/call/`; empty where the operation is `all`. */
  readonly endpoint: string
  /**
   * Where in the operation, as a pointer such as `/request/query/limit`, `/request/body/to_number` or `/responses/401`.
   * Items of a list and values of a map are `*`: `/responses/200/body/data/*` is each call of a page. Empty for the
   * operation itself.
   */
  readonly at: string
  readonly code: DifferenceCode
  /** What the code is about, where there is something: a value of an enum, a type, a constraint, a path. */
  readonly value?: string
  readonly effect: Effect
  /** Whether programs on `@digame/client` go on working as they are. */
  readonly clientCopes: boolean
  /** What the client does about it, in one sentence. */
  readonly client: string
  /** What differs, in words. */
  readonly message: string
}

/** A difference before it is said what the client makes of it. */
export interface Finding {
  readonly at: string
  readonly code: DifferenceCode
  readonly value?: string
  readonly effect: Effect
  readonly message: string
  /** Where the place and the code do not tell whether the client copes. */
  readonly clientCopes?: boolean
}

/** Who writes what is described; it decides which way a difference hurts. */
export type Side = 'request' | 'response'

export const breaks = (side: Side): Effect => (side === 'request' ? 'breaks_request' : 'breaks_response')

/** Theirs allows less: it hurts who writes. */
export const narrower = (side: Side): Effect => (side === 'request' ? 'breaks_request' : 'harmless')

/** Theirs allows more: it hurts who reads. */
export const wider = (side: Side): Effect => (side === 'response' ? 'breaks_response' : 'harmless')

/** More is another API. */
const mostDifferences = 1000

/** Adds findings to others, and stops as soon as there are too many. @throws VendorDocumentError */
export function tell<Item>(found: Item[], more: Iterable<Item>): void {
  for (const one of more) {
    found.push(one)
    if (found.length <= mostDifferences) continue
    throw new VendorDocumentError(
      'TOO_DIFFERENT',
      `There are more than ${mostDifferences} differences: the document describes another API.`,
    )
  }
}

/** A name of somebody else's, for messages and pointers: on one line, and not too long. */
export function named(text: string): string {
  // What was cut off counts too where differences are told apart.
  const one = text.length > 300 ? `${text.slice(0, 200)}… (${text.length} characters)` : text
  return one.replace(/[\p{Cc}\u2028\u2029]+/gu, ' ')
}

/** A pointer to a part of what `at` points to. */
export const below = (at: string, name: string): string =>
  `${at}/${named(name).replaceAll('~', '~0').replaceAll('/', '~1')}`
