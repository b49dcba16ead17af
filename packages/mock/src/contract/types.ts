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
