/** How much the desk does and remembers. */
export interface Limits {
  /** New callbacks that one visitor may ask for in an hour. @default 5 */
  readonly perVisitor: number
  /** Calls to one number in an hour. @default 3 */
  readonly perNumber: number
  /** Callbacks under way at once. @default 50 */
  readonly open: number
  /** Callbacks that are over and still remembered; the oldest is dropped first. @default 1000 */
  readonly kept: number
  /** How long a number stays taken after a call whose end was not seen, in milliseconds. @default 900,000 */
  readonly holdMs: number
  /** How long a no to a number, after a look at the account's calls, holds, in milliseconds. @default 10,000 */
  readonly againMs: number
  /** How long a call is followed, in milliseconds. @default 3,600,000 */
  readonly followMs: number
  /** Event streams open at once for one callback. @default 20 */
  readonly streams: number
  /** How often a silent stream says that it is alive, in milliseconds. @default 15,000 */
  readonly heartbeatMs: number
}

export const limits: Limits = {
  perVisitor: 5,
  perNumber: 3,
  open: 50,
  kept: 1000,
  holdMs: 900_000,
  againMs: 10_000,
  followMs: 3_600_000,
  streams: 20,
  heartbeatMs: 15_000,
}
