import type { Clock as WholeClock } from '@digame/internal'

/**
 * Where the mock takes its time from; pass a clock of your own to test without waiting.
 *
 * `now()` is the wall clock, in milliseconds since 1970. `after(ms, run)` runs a function once, `ms` milliseconds later,
 * and returns a function that cancels it.
 */
export type Clock = Pick<WholeClock, 'now' | 'after'>
