import type { Session } from './session-context.ts'

/**
 * What a session without calls in progress waits for: until when nothing can be sent, in milliseconds by the ledger's clock.
 * Infinity: the hours of all due leads never open. Undefined: other runners' calls are still to end. `done`: no lead is left.
 */
export type Outlook = { readonly until: number | undefined } | 'done'

export async function readOutlook(session: Session): Promise<Outlook> {
  const { ledger, ledgerClock, runner, rulebook, batches, only } = session
  const due = (await runner.due()).filter(({ batch }) => only === undefined || batch === only)
  const now = ledgerClock.now()
  const times = due.map(
    ({ calendar, dueAt }) => rulebook.nextOpening(calendar, Math.max(now, dueAt)) ?? Number.POSITIVE_INFINITY,
  )
  if (due.length > 0) return { until: Math.min(...times) }
  for (const { id, state } of batches.all()) {
    if (state !== 'running' || (only !== undefined && id !== only)) continue
    if ((await ledger.status(id)).leads.busy > 0) return { until: undefined }
  }
  return 'done'
}

/** Whether a batch has stopped since the run began and has leads left to call. */
export async function hasStoppedLeads({ ledger, batches, only }: Session): Promise<boolean> {
  for (const { id, state } of batches.all()) {
    if (state !== 'stopped' || !batches.hasRun(id) || (only !== undefined && id !== only)) continue
    const { leads } = await ledger.status(id)
    if (leads.ready + leads.busy > 0) return true
  }
  return false
}
