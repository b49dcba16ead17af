import type { Clock, Fetch } from '@digame/client'
import type { CommandContext } from '@stricli/core'

/** Where text goes. */
export interface Output {
  write(text: string): unknown
  readonly isTTY?: boolean
}

/** All that a run may touch of the outside; tests replace it. */
export interface World {
  /** Data. */
  readonly stdout: Output
  /** Everything else: progress, notices, errors. */
  readonly stderr: Output
  readonly env: Readonly<Record<string, string | undefined>>
  /** Aborts when the person interrupts. */
  readonly signal: AbortSignal
  /** @default the runtime's own */
  readonly fetch?: Fetch
  /** @default the system's clocks and timers */
  readonly clock?: Clock
}

/** The `this` of a command. */
export interface Context extends World, CommandContext {}
