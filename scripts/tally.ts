/** What a task of the gate counts as. */

export interface Task {
  readonly taskId: string
  readonly command: string
  readonly directory: string
  readonly cache: { readonly status: string }
  readonly execution?: {
    readonly exitCode: number | null
    readonly startTime: number
    readonly endTime: number
  }
}

/** What vitest writes down. */
export interface Report {
  readonly numPassedTests: number
  readonly numFailedTests: number
  readonly numPendingTests: number
  /** Files and their groups: those with a failed test, and those that could not be loaded. */
  readonly numFailedTestSuites: number
}

export interface Tally {
  readonly passed: number
  readonly failed: number
  readonly skipped: number
}

/** A task with a report counts as its tests, any other as one; what either says of a failure is believed. */
export function tallyOf({ cache, execution }: Pick<Task, 'cache' | 'execution'>, report?: Report): Tally {
  const ok = cache.status === 'HIT' || execution?.exitCode === 0
  return {
    passed: report?.numPassedTests ?? (ok ? 1 : 0),
    failed: report?.numFailedTests || report?.numFailedTestSuites || (ok ? 0 : 1),
    skipped: report?.numPendingTests ?? 0,
  }
}
