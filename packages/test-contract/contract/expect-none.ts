import { assert } from 'vitest'

/** Fails with the items themselves, one to a line, unless the list is empty. */
export function expectNone(items: readonly string[], message = 'expected nothing'): void {
  assert(items.length === 0, `${message}, found:\n${items.join('\n')}`)
}
