import type { components, operations } from '@digame/spec'

type Schemas = components['schemas']

/** A call as the API returns it. */
export type Call = Schemas['Call']

/** The body of a request that places a call. */
export type CallRequest = Schemas['CallRequest']

/** One message of a call's transcript: something said, or a tool that the agent used. */
export type Message = Schemas['Message']

/** The `operationId` of an operation of the spec. */
export type OperationId = keyof operations

const operationNames: Readonly<Record<OperationId, true>> = {
  placeCall: true,
  listCalls: true,
  getCall: true,
  listMessages: true,
  streamConcurrency: true,
}

/** The operations that the mock implements. */
export const operationIds: readonly string[] = Object.keys(operationNames)

export const isOperationId = (value: unknown): value is OperationId =>
  typeof value === 'string' && Object.hasOwn(operationNames, value)
