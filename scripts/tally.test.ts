import { expect, test } from 'vitest'
import { tallyOf } from './tally.ts'

const finished = (exitCode: number | null) => ({
  cache: { status: 'MISS' },
  execution: { exitCode, startTime: 0, endTime: 1 },
})
const cached = { cache: { status: 'HIT' } }
const report = (numPassedTests: number, numFailedTests = 0, numFailedTestSuites = 0) => ({
  numPassedTests,
  numFailedTests,
  numPendingTests: 1,
  numFailedTestSuites,
})

test.each([
  ['passed', finished(0), undefined, { passed: 1, failed: 0, skipped: 0 }],
  ['failed', finished(1), undefined, { passed: 0, failed: 1, skipped: 0 }],
  ['did not end', finished(null), undefined, { passed: 0, failed: 1, skipped: 0 }],
  ['passed all its tests', cached, report(7), { passed: 7, failed: 0, skipped: 1 }],
  ['failed two tests and exits with 0', finished(0), report(5, 2, 3), { passed: 5, failed: 2, skipped: 1 }],
  [
    'could not load a file and exits with 0',
    finished(0),
    report(5, 0, 1),
    { passed: 5, failed: 1, skipped: 1 },
  ],
  ['could not load a file and is cached', cached, report(5, 0, 1), { passed: 5, failed: 1, skipped: 1 }],
  ['fails after its tests', finished(1), report(7), { passed: 7, failed: 1, skipped: 1 }],
])('a task that %s', (_, task, vitestReport, tally) => {
  expect(tallyOf(task, vitestReport)).toEqual(tally)
})
