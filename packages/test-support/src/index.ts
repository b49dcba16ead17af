export { ask, kill, nextMessage } from './child-process.ts'
export { findFreePort, listenOnLoopback } from './loopback.ts'
export { makeTemporaryFolder, type TemporaryFolder } from './temporary-folder.ts'
export { createTestClock, type TestClock, type TestClockOptions } from './test-clock.ts'
