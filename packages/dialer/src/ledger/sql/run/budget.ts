import type { Tx } from '../store/db.ts'
import type { RunningBatch } from './due.ts'

/** Which of its budgets a batch has spent, if any. */
export function exhaustedBudget({
  budgetCalls,
  budgetMinutes,
  spentCalls,
  spentSeconds,
}: RunningBatch): 'budget_calls' | 'budget_minutes' | undefined {
  if (budgetCalls !== undefined && spentCalls >= budgetCalls) return 'budget_calls'
  if (budgetMinutes !== undefined && spentSeconds >= budgetMinutes * 60) return 'budget_minutes'
  return undefined
}

export const remainingCalls = ({ budgetCalls, spentCalls }: RunningBatch): number =>
  budgetCalls === undefined ? Number.POSITIVE_INFINITY : budgetCalls - spentCalls

/**
 * Stops a batch that has spent its budget. With a budget of calls it waits for attempts in doubt: one that turns out to be no call
 * gives its share back, and the batch goes on.
 */
export async function stopSpentBatch(tx: Tx, batch: number, why: string): Promise<void> {
  await tx.run(
    `update batch set state = 'stopped', why = $2 where id = $1 and state = 'running' and ($2 = 'budget_minutes'
     or not exists (select 1 from attempt where batch = $1 and state in ('sending','unknown')))`,
    batch,
    why,
  )
}
