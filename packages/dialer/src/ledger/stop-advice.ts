/** What to check, by the status of the refusal, as the spec or HTTP explains it, or by the code of the client's own check. */
const hints: Readonly<Record<string, string>> = {
  400: 'look the code up in the reference of the API',
  401: 'check the API key',
  402: 'check that the account is paid',
  403: 'check the permissions of the API key, and that from_number is verified',
  404: 'check from_number and the base URL',
  407: 'check the proxy',
  412: 'check the SIP configuration of from_number',
  422: 'check from_number and agent_version_id',
  VALIDATION_ERROR: 'check from_number and agent_version_id',
}

const otherHint = 'check the base URL, and what stands between this machine and the service'
const goOn = 'Then resume the batch'

/** What a person does about a batch that stopped for this reason, in one or two sentences. */
export function adviseOnStop(why: string): string {
  const [kind = ''] = why.split(':', 1)
  const detail = why.slice(kind.length + 2)
  if (kind === 'blocked') {
    const hint = hints[/\d{3}/.exec(detail)?.[0] ?? detail] ?? otherHint
    return `Every call is refused (${detail}), and nobody was called: ${hint}. ${goOn}; no lead is lost.`
  }
  if (kind === 'lead_refused') {
    return `Several leads in a row were refused alike (${detail}) and are ready again: find out whether the service refuses everybody. ${goOn}; if those leads are really wrong, the others are called first.`
  }
  if (kind === 'budget_calls' || kind === 'budget_minutes')
    return 'Its budget is spent. To call the leads that are left, cancel this batch first, then plan the rows that its report shows as cancelled: a lead that still waits here is left out of every other plan.'
  if (kind === 'rule_failed')
    return `A rule cannot be evaluated (${detail}), so nobody is called: repair it, for example the suppression hook. ${goOn}; no lead is lost.`
  return `See why it stopped, and remove the cause. ${goOn}.`
}
