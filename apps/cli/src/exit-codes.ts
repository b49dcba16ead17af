/** What the process ends with; the README's table says the same. After 1, 2 and 4 of `digame call` no call was placed. */
export const exitCodes = {
  /** Done. How a call ended does not count: the outcome is data. */
  ok: 0,
  /** The service refused, could not be reached, or failed. */
  failure: 1,
  /** The command line or the environment is wrong; nothing was sent. */
  usage: 2,
  /** The service answered 401 or 403. */
  authentication: 4,
  /** A call was or may have been placed, and not all that was asked for could be found out. */
  unknown: 5,
  /** SIGINT or SIGTERM. */
  interrupted: 130,
} as const

export type ExitCode = (typeof exitCodes)[keyof typeof exitCodes]
