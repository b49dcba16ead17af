import { createTestClock, type TestClock } from '@digame/test-support'

/** A clock that stands still until a test moves it, at the time of the calls that `service.ts` makes up. */
export const testClock = (turns = 6): TestClock =>
  createTestClock({ start: Date.parse('2026-07-01T10:00:00Z'), turns })
