/** The exit codes of the process; the README has the same table. After 1, 2 and 4 of `digame call` no call was placed. */
export const exitCodes = {
  /** Done. How a call ended does not matter: the outcome is data. */
  ok: 0,
  /** The service refused, could not be reached or failed; for `spec diff`: there are unknown differences. */
  failure: 1,
  /** The command line, the environment, a file or a document is wrong; nothing was sent to the service. */
  usage: 2,
  /** The service responded with 401 or 403. */
  authentication: 4,
  /** A call was placed or may have been placed, but part of the requested result is missing. */
  unknown: 5,
  /** Interrupted by SIGINT or SIGTERM. */
  interrupted: 130,
} as const

export type ExitCode = (typeof exitCodes)[keyof typeof exitCodes]
