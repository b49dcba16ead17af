/**
 * Stands in for vitest where a suite runs against a mutant: vitest itself runs a file once, these run hundreds of times.
 * What a suite may use of vitest is what is exported here; anything else fails the control.
 */

// Outside vitest's own workers only these two work.
export { expect, expectTypeOf } from 'vitest'
export { afterAll, afterEach, beforeAll, beforeEach, describe, test, test as it } from './collect.ts'
