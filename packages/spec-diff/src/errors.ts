/** Why a document cannot be compared. */
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
