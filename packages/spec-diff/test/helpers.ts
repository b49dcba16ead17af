import { createRequire } from 'node:module'
import type { Difference } from '@digame/spec-diff'

/** A document that a test may change. */
// biome-ignore lint/suspicious/noExplicitAny: tests reach into whatever they like
export type Loose = any

const ours = createRequire(import.meta.url)('@digame/spec/openapi.json') as Loose

/** Our own spec, to be changed. */
export const copy = (): Loose => structuredClone(ours)

/** What differs in short: `placeCall /responses/401 status_removed`. */
export const short = ({ operation, at, code, value }: Difference): string =>
  [operation, at, code, value].filter(Boolean).join(' ')

/** How it hurts: `breaks_request, copes`. */
export const hurt = ({ effect, clientCopes }: Difference): string =>
  effect === 'harmless' ? effect : `${effect}, ${clientCopes ? 'copes' : 'does not cope'}`

export const place = (document: Loose): Loose => document.paths['/v1/call/'].post
export const list = (document: Loose): Loose => document.paths['/v1/call/'].get
export const schemas = (document: Loose): Loose => document.components.schemas
