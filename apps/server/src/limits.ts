/** How many callbacks the desk accepts, and how long it remembers them. */
export interface Limits {
  /** New callbacks that one visitor may ask for in an hour. @default 5 */
  readonly perVisitor: number
  /** Calls to one number in an hour. @default 3 */
  readonly perNumber: number
  /** Callbacks under way at the same time. @default 50 */
  readonly open: number
  /** Finished callbacks that are remembered; the oldest is forgotten first. @default 1000 */
  readonly kept: number
  /** How long a number stays busy after a call whose end was not seen, in milliseconds. @default 900,000 */
  readonly holdMs: number
  /** How long to wait before asking the account again about a number that was refused, in milliseconds. @default 10,000 */
  readonly recheckMs: number
  /** How long a call is followed, in milliseconds. @default 3,600,000 */
  readonly followMs: number
  /** Event streams open at the same time for one callback. @default 20 */
  readonly streams: number
  /** Interval between heartbeats on an event stream, in milliseconds. @default 15,000 */
  readonly heartbeatMs: number
}

export const defaultLimits: Limits = {
  perVisitor: 5,
  perNumber: 3,
  open: 50,
  kept: 1000,
  holdMs: 900_000,
  recheckMs: 10_000,
  followMs: 3_600_000,
  streams: 20,
  heartbeatMs: 15_000,
}
