import { expect } from 'vitest'

/** Fails with the items themselves, one to a line, unless the list is empty. */
export function expectNone(items: readonly string[], message?: string): void {
  expect(items.join('\n'), message).toBe('')
}
