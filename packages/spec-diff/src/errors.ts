/**
 * Why a document cannot be compared.
 *
 * - `TOO_LARGE`, `TOO_DEEP`, `TOO_COMPLEX`, `ALIASES`: it exceeds a limit that keeps a hostile document from using up the machine
 * - `UNREADABLE`: it is neither JSON nor YAML
 * - `NOT_OPENAPI`, `UNSUPPORTED_VERSION`: it is not OpenAPI 3.0 or 3.1
 * - `MALFORMED`: a part of it has the wrong shape
 * - `REMOTE_REF`, `CIRCULAR_REF`, `BROKEN_REF`: a `$ref` leads out of the document, back to itself, or nowhere
 * - `TOO_DIFFERENT`: it describes another API
 */
export type VendorDocumentErrorCode =
  | 'TOO_LARGE'
  | 'UNREADABLE'
  | 'TOO_DEEP'
  | 'TOO_COMPLEX'
  | 'TOO_DIFFERENT'
  | 'ALIASES'
  | 'NOT_OPENAPI'
  | 'UNSUPPORTED_VERSION'
  | 'MALFORMED'
  | 'REMOTE_REF'
  | 'CIRCULAR_REF'
  | 'BROKEN_REF'

/** A document cannot be compared. The message is one line that says what is wrong and where. */
export class VendorDocumentError extends Error {
  override readonly name = 'VendorDocumentError'
  readonly code: VendorDocumentErrorCode

  constructor(code: VendorDocumentErrorCode, message: string) {
    super(message)
    this.code = code
  }
}
