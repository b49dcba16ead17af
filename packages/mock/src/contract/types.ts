import type { components, operations } from '@digame/spec'

type Schemas = components['schemas']

/** A call as the API shows it. */
export type Call = Schemas['Call']

/** What a call is placed with. */
export type CallRequest = Schemas['CallRequest']

/** One thing said or done in a call. */
export type Message = Schemas['Message']

/** The name of an operation of the spec. */
export type OperationId = keyof operations

const operationNames: Readonly<Record<OperationId, true>> = {
  placeCall: true,
  listCalls: true,
  getCall: true,
  listMessages: true,
  streamConcurrency: true,
}

/** Every operation that the mock knows how to answer. */
export const operationIds: readonly string[] = Object.keys(operationNames)

export const isOperationId = (value: unknown): value is OperationId =>
  typeof value === 'string' && Object.hasOwn(operationNames, value)
