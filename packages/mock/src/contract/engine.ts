import type { OperationId } from './types.ts'

/** Something in a request that the spec does not allow. */
export interface Violation {
  /** Where it is, beginning with `body`, `query`, `path` or `header`. */
  readonly location: readonly string[]
  /**
   * The kind of violation: a keyword of JSON Schema such as `pattern`, a status such as `401`, or one of
   * `unknown_key`, `malformed_json` and `no_operation`.
   */
  readonly code: string
  readonly message: string
}

/** The parts of a request that the engine judges. */
export interface RequestParts {
  readonly operation: OperationId
  readonly path: string
  readonly query: Readonly<Record<string, string>>
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string>>
  readonly body: unknown
}

/** A response as the spec's examples show it. */
export interface SpecResponse {
  readonly status: number
  /** The media type. */
  readonly type: string
  readonly body: unknown
}

/** The names that the spec declares for the body and the query of an operation. */
export interface DeclaredKeys {
  readonly body: ReadonlySet<string>
  /** Each name with its default. */
  readonly query: ReadonlyMap<string, unknown>
}

/** The method and path of an operation. */
export interface Endpoint {
  readonly operation: OperationId
  /** In capitals. */
  readonly method: string
  /** With the names of its parameters in braces, such as `/v1/call/{id}`. */
  readonly path: string
}

/** Judges requests by an OpenAPI document, and gives the responses that the document describes. */
export interface Engine {
  /** Resolves with the violations of a request; an empty list if it is valid. */
  judge(request: RequestParts): Promise<readonly Violation[]>
  /**
   * Resolves with a response of the document: the first success, the response with the status `code`, or one named
   * example of it. Rejects if the document has no such response.
   */
  respond(operation: OperationId, code?: number, example?: string): Promise<SpecResponse>
  /**
   * The names of the examples of the first success, or of the response with the status `code`; undefined if the
   * document has no such response.
   */
  exampleNames(operation: OperationId, code?: number): readonly string[] | undefined
  declaredKeys(operation: OperationId): DeclaredKeys
  /** The operations that both the document has and the mock implements. */
  readonly operations: readonly OperationId[]
  readonly endpoints: readonly Endpoint[]
}
