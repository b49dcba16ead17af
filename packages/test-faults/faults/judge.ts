/** What must be true of a create in doubt after every fault: at most one request arrived, and the error tells the truth. */
import { expect } from 'vitest'
import type { Line, Scenario } from './call-service.ts'
import type { Cell, Ending } from './cell.ts'
import type { FaultCase } from './fault-cases.ts'

type Circumstances = Pick<FaultCase, 'slow' | 'aborts' | 'reuses' | 'unread'>

const lists = ['echoes', 'silent', 'late', 'down', 'forbidden'] as const

/** Every behaviour of the list × every clock of the service. */
export const worlds: readonly Pick<Scenario<unknown>, 'list' | 'clockOffsetMs'>[] = lists.flatMap((list) =>
  [0, 300_000, -300_000].map((clockOffsetMs) => ({ list, clockOffsetMs })),
)

export function cellOf({ baseUrl, scenario }: Line, { slow, reuses }: Circumstances): Cell {
  return {
    baseUrl,
    key: crypto.randomUUID(),
    // A late list is read twice, a second apart. The first read must come before the settling time has passed, on a busy
    // machine, too.
    settleMs: scenario.list === 'late' && scenario.created && !slow ? 10_000 : 200,
    timeoutMs: slow ? 1000 : 15_000,
    ...(reuses && { reuses }),
  }
}

/** Expects the right endings of both creates, and the right number of requests. */
export function judge(
  line: Line,
  { slow, aborts, reuses, unread }: Circumstances,
  { key }: Cell,
  [first, second]: readonly [Ending, Ending],
): void {
  const { created, list } = line.scenario
  expect(line.posts).toBe(unread ? 0 : 1)
  if (reuses) expect(line.kept).toBe(line.posts)
  const listed = created && (list === 'echoes' || list === 'late')
  // After a timeout the settling time has passed, so the list is read once, and a late list lacks the call.
  if (listed && !aborts && !(slow && list === 'late')) {
    expect(first).toEqual({ call: { id: line.calls[0]?.['id'], key } })
  } else {
    expect(first.error).toMatchObject({ placed: 'maybe', idempotencyKey: key, sentAt: true })
    const candidates = created && list === 'silent' ? [line.calls[0]?.['id']] : []
    // An abort ends the look-up at once.
    expect(first.error?.candidates).toEqual(aborts ? undefined : candidates)
    expect(first.error?.name === 'DigaAbortError').toBe(Boolean(aborts))
    expect(first.error?.text).not.toContain('612345678')
  }
  expect('call' in second).toBe(listed)
}
