/**
 * What the client does, in terms that every runtime understands: bundled with the client and run on each.
 *
 * Nothing of Node's own may stand here.
 */
import { Diga, type DigaError, type DigaEvent, outcomeOf } from '@digame/client'
import { openConnection } from '../faults/cell.ts'

/** Where each behaviour finds its service; the host counts what arrives there. */
export type Places = Readonly<Record<string, string>>

export interface Result {
  readonly name: string
  /** What it saw; compared by the host. */
  readonly saw?: unknown
  readonly error?: string
}

const body = { from_number: '+34910000001', to_number: '+34612345678' }

const client = (baseUrl: string): Diga =>
  new Diga({ apiKey: 'key-of-the-account', baseUrl, settleMs: 150, timeoutMs: 1500, random: () => 0 })

type Seen = { placed?: unknown; name?: unknown; status?: unknown; resolved?: boolean; recovered?: boolean }

async function create(baseUrl: string, options = {}): Promise<Seen> {
  const diga = client(baseUrl)
  await openConnection(diga)
  return diga.calls.create(body, { idempotencyKey: 'key', ...options }).then(
    () => ({ resolved: true }),
    ({ name, placed, status }: DigaError) => ({ name, placed, ...(status !== undefined && { status }) }),
  )
}

/** By name; every other name is a create on a connection that is open already. */
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
      // A slow machine may look for the first time when the phone has been answered.
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
    // Told right before the request is dispatched; by then it has had time to arrive.
    const onEvent = ({ type }: DigaEvent): void => {
      if (type === 'request') setTimeout(() => controller.abort(), 500)
    }
    const diga = new Diga({ apiKey: 'key', baseUrl, onEvent })
    const error = await diga.calls.create(body, { signal: controller.signal }).catch((error) => error)
    return { name: error.name, placed: error.placed }
  },
  async 'shows neither key nor number'(baseUrl) {
    const diga = client(baseUrl)
    const error = (await diga.calls.create(body).catch((error) => error)) as DigaError
    const shown = `${JSON.stringify(diga)} ${JSON.stringify(error)} ${error.message} ${error.stack}`
    return /key-of-the-account|612345678/.test(shown)
  },
}

export async function run(places: Places): Promise<Result[]> {
  const results: Result[] = []
  for (const [name, place] of Object.entries(places)) {
    try {
      results.push({ name, saw: await (behaviours[name] ?? create)(place) })
    } catch (error) {
      results.push({ name, error: String((error as Error)?.stack ?? error) })
    }
  }
  return results
}
