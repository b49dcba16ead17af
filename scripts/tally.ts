/** Counts the result of a gate task. */

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

/** The part of vitest's JSON report that is counted. */
export interface Report {
  readonly numPassedTests: number
  readonly numFailedTests: number
  readonly numPendingTests: number
  /** Files and groups that contain a failed test, and files that could not be loaded. */
  readonly numFailedTestSuites: number
}

export interface Tally {
  readonly passed: number
  readonly failed: number
  readonly skipped: number
}

/** Counts the tests of a task with a report, or the task itself. It fails if either its report or its exit code says so. */
export function tallyOf({ cache, execution }: Pick<Task, 'cache' | 'execution'>, report?: Report): Tally {
  const ok = cache.status === 'HIT' || execution?.exitCode === 0
  return {
    passed: report?.numPassedTests ?? (ok ? 1 : 0),
    failed: report?.numFailedTests || report?.numFailedTestSuites || (ok ? 0 : 1),
    skipped: report?.numPendingTests ?? 0,
  }
}
