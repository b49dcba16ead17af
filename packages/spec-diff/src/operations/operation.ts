import { isRecord } from '@digame/internal'
import type { operations } from '@digame/spec'
import type { ApiDocument } from '../document/document.ts'
import { member, objectAt, type Raw } from '../document/values.ts'

export const methods = ['get', 'put', 'post', 'delete', 'options', 'head', 'patch', 'trace'] as const

/** An operation, and what its path says about every operation there. */
export interface Described {
  readonly path: string
  readonly item: Raw
  readonly operation: Raw
}

/** An operation of our spec. */
export interface OurOperation extends Described {
  readonly id: keyof operations
  readonly method: (typeof methods)[number]
  /** Method and path, for people. */
  readonly endpoint: string
}

/** The operations that this package compares: exactly those of our spec, which the type makes sure of. */
const known: Readonly<Record<keyof operations, true>> = {
  placeCall: true,
  listCalls: true,
  getCall: true,
  listMessages: true,
  streamConcurrency: true,
}

const isKnown = (id: unknown): id is keyof operations => typeof id === 'string' && Object.hasOwn(known, id)

/** The operations of our spec, in its order. */
export function operationsOf(spec: ApiDocument): readonly OurOperation[] {
  return Object.entries(objectAt(spec.root, 'paths', 'Our spec') ?? {}).flatMap(([path, item]) =>
    methods.flatMap((method) => {
      const operation = isRecord(item) ? member(item, method) : undefined
      if (!isRecord(item) || !isRecord(operation)) return []
      const id = member(operation, 'operationId')
      if (!isKnown(id)) return []
      return [{ id, method, path, endpoint: `${method.toUpperCase()} ${path}`, item, operation }]
    }),
  )
}
