import { createRequire } from 'node:module'
import { compareWithVendor, type Difference, VendorDocumentError } from '@digame/spec-diff'
import { expect } from 'vitest'

/** A document that a test may change. */
// biome-ignore lint/suspicious/noExplicitAny: tests reach into whatever they like
export type Loose = any

const ours = createRequire(import.meta.url)('@digame/spec/openapi.json') as Loose

/** Our own spec, to be changed. */
export const copy = (): Loose => structuredClone(ours)

/** A difference in short: `placeCall /responses/401 status_removed`. */
export const short = ({ operation, at, code, value }: Difference): string =>
  [operation, at, code, value].filter(Boolean).join(' ')

/** Our own spec with a change. */
export function changed(change: (document: Loose) => void): Loose {
  const document = copy()
  change(document)
  return document
}

/** The code and the one line that a document is refused with. */
export function refusal(document: unknown): string {
  try {
    compareWithVendor(document)
  } catch (error) {
    if (!(error instanceof VendorDocumentError)) throw error
    expect(error.message).not.toMatch(/\n/)
    expect(error.message.length).toBeLessThan(300)
    return `${error.code} ${error.message}`
  }
  return 'nothing'
}

export const place = (document: Loose): Loose => document.paths['/v1/call/'].post
export const list = (document: Loose): Loose => document.paths['/v1/call/'].get
export const schemas = (document: Loose): Loose => document.components.schemas
