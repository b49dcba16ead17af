/** What the process ends with; the README's table says the same. After 1, 2 and 4 of `digame call` no call was placed. */
export const exitCodes = {
  /** Done. How a call ended does not count: the outcome is data. */
  ok: 0,
  /** The service refused, could not be reached, or failed; for `spec diff`: there are unknown differences. */
  failure: 1,
  /** The command line, the environment, or a file or document is wrong; nothing was sent to the service. */
  usage: 2,
  /** The service answered 401 or 403. */
  authentication: 4,
  /** A call was or may have been placed, and not all that was asked for could be found out. */
  unknown: 5,
  /** SIGINT or SIGTERM. */
  interrupted: 130,
} as const

export type ExitCode = (typeof exitCodes)[keyof typeof exitCodes]
