import type { Clock, Fetch } from '@digame/client'
import type { CommandContext } from '@stricli/core'

/** A stream that text is written to. */
export interface Output {
  write(text: string): unknown
  readonly isTTY?: boolean
}

/** A call that was placed. */
export interface PlacedCall {
  readonly callId: string
  /** How to find out more about it. */
  readonly advice: string
}

/** Everything outside the program that a command uses; tests replace it. */
export interface World {
  /** Data. */
  readonly stdout: Output
  /** Everything else: progress, notices and errors. */
  readonly stderr: Output
  readonly env: Readonly<Record<string, string | undefined>>
  /** Aborts when the user interrupts the command. */
  readonly signal: AbortSignal
  /** Called as soon as a call is placed, before anything is written about it: stdout may turn out to be broken. */
  readonly onPlaced?: (call: PlacedCall) => void
  /** @default the runtime's own */
  readonly fetch?: Fetch
  /** @default the clocks and timers of the system */
  readonly clock?: Clock
}

/** The `this` of a command. */
export interface Context extends World, CommandContext {}
