import type { operations } from '@digame/spec'

/** The name of an operation of our spec. `all` is the service as a whole. */
export type Operation = keyof operations | 'all'

/** How a difference affects programs that rely on our spec. */
export type Effect = 'breaks_request' | 'breaks_response' | 'harmless'

/** How the vendor's document differs from our spec. Codes may be added; none changes its meaning. */
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

/**
 * What the document describes as the body of a success.
 *
 * - `same`: a content type that our spec has there
 * - `json`: JSON under another content type
 * - `undescribed`: another content type, with a schema that allows anything, as frameworks write it by default
 * - `other`: another content type
 * - `none`: no body
 */
export type DescribedBody = 'same' | 'json' | 'undescribed' | 'other' | 'none'

/** One difference between our spec and the vendor's document. */
export interface Difference {
  readonly operation: Operation
  /** Method and path of our spec, such as `POST /v1/call/`; empty if the operation is `all`. */
  readonly endpoint: string
  /**
   * Where in the operation, as a pointer such as `/request/query/limit`, `/request/body/to_number` or `/responses/401`.
   * Items of a list and values of a map are `*`: `/responses/200/body/data/*` is each call of a page. Empty for the
   * operation itself.
   */
  readonly at: string
  readonly code: DifferenceCode
  /** The enum value, type, constraint, path or content type that the code is about, if there is one. */
  readonly value?: string
  readonly effect: Effect
  /** Set for the codes `content_type_changed` and, on a success, `status_added`. */
  readonly body?: DescribedBody
  /** The difference in words. */
  readonly message: string
}
