import type { Call, CallRequest } from '../contract/types.ts'
import type { Ending } from './life.ts'

/** A number of the account, from which calls are placed. */
export interface Phone {
  readonly id: string
  readonly agent: string
  readonly agentVersion: string
}

/** A call as the exchange keeps it. Times are in milliseconds since 1970. */
export interface ExchangeCall {
  readonly id: string
  readonly to: string
  readonly phone: Phone
  readonly agentVersion: string
  readonly variables: NonNullable<Call['dynamic_variables']> | null
  readonly ending: Ending
  readonly created: number
  readonly state: 'in_queue' | 'dialing' | 'in_progress' | 'ended'
  readonly started: number | undefined
  readonly ended: number | undefined
}

/** What the exchange needs to know to place a call. */
export interface Placement {
  readonly request: CallRequest
  readonly ending: Ending
  /** How long the call waits in the queue even if a slot is free, in milliseconds at speed 1. */
  readonly queueMs: number
  readonly phone: Phone
}
