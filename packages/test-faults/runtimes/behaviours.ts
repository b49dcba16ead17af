/**
 * Behaviours of the client that are bundled with it and run on every runtime.
 *
 * Uses nothing that only Node has.
 */
import { Diga, type DigaError, type DigaEvent, outcomeOf } from '@digame/client'
import { openConnection } from '../faults/cell.ts'

/** The base URL of the service for each behaviour, by the behaviour's name. The test counts what arrives there. */
export type Services = Readonly<Record<string, string>>

export interface Result {
  readonly name: string
  /** What the behaviour observed; the test compares it. */
  readonly saw?: unknown
  readonly error?: string
}

const body = { from_number: '+34910000001', to_number: '+34612345678' }

const client = (baseUrl: string): Diga =>
  new Diga({ apiKey: 'key-of-the-account', baseUrl, settleMs: 150, timeoutMs: 1500, random: () => 0 })

type Observed = { placed?: unknown; name?: unknown; status?: unknown; resolved?: boolean }

async function create(baseUrl: string, options = {}): Promise<Observed> {
  const diga = client(baseUrl)
  await openConnection(diga)
  return diga.calls.create(body, { idempotencyKey: 'key', ...options }).then(
    () => ({ resolved: true }),
    ({ name, placed, status }: DigaError) => ({ name, placed, ...(status !== undefined && { status }) }),
  )
}

/** The behaviours by name. Every other name stands for a create on an open connection. */
const behaviours: Readonly<Record<string, (baseUrl: string) => Promise<unknown>>> = {
  async 'follows a call to its end'(baseUrl) {
    const diga = client(baseUrl)
    const call = await diga.calls.create({ ...body, dynamic_variables: { customer_name: 'Ana' } })
    const statuses: string[] = []
    for await (const { status } of diga.calls.watch(call.id, { intervalMs: 10 })) statuses.push(status)
    const messages = await diga.calls.messages(call.id, { order: 'asc' })
    const listed: string[] = []
    for await (const { id } of diga.calls.list({ limit: 1 })) listed.push(id)
    return {
      // A slow machine may read the call for the first time when it has been answered.
      inOrder: ['dialing in_progress completed', 'in_progress completed', 'completed'].includes(
        statuses.join(' '),
      ),
      outcome: outcomeOf(await diga.calls.get(call.id)),
      spoke: messages.data.length > 0,
      listed: listed.includes(call.id),
    }
  },
  async 'hears how many calls are live'(baseUrl) {
    for await (const active of client(baseUrl).calls.concurrency()) return active
    return undefined
  },
  'silence, and the call was made': (baseUrl) => create(baseUrl, { timeoutMs: 200 }),
  async 'aborted in flight'(baseUrl) {
    const controller = new AbortController()
    // The event comes right before the request is sent; in half a second the request arrives.
    const onEvent = ({ type }: DigaEvent): void => {
      if (type === 'request') setTimeout(() => controller.abort(), 500)
    }
    const diga = new Diga({ apiKey: 'key', baseUrl, onEvent })
    const error = await diga.calls.create(body, { signal: controller.signal }).catch((error) => error)
    return { name: error.name, placed: error.placed }
  },
  async 'shows neither key nor number'(baseUrl) {
    const diga = client(baseUrl)
    const error = await diga.calls.create(body).catch((error) => error)
    const shown = `${JSON.stringify(diga)} ${JSON.stringify(error)} ${error.message} ${error.stack}`
    return /key-of-the-account|612345678/.test(shown)
  },
}

/** Runs a behaviour against each service, one after another. */
export async function run(services: Services): Promise<Result[]> {
  const results: Result[] = []
  for (const [name, baseUrl] of Object.entries(services)) {
    try {
      results.push({ name, saw: await (behaviours[name] ?? create)(baseUrl) })
    } catch (error) {
      results.push({ name, error: String(error instanceof Error ? error.stack : error) })
    }
  }
  return results
}
