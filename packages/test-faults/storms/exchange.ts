/**
 * The mock in a process of its own: what it counts survives whatever is killed around it.
 *
 * Started with its options as JSON in the first argument; sends `{ url, controlUrl }` when it listens, and a
 * `Census` whenever it is asked for one; `calm` ends the faults.
 */

import { createRandom } from '@digame/internal'
import { serveMock } from '@digame/mock'
import type { Census, ExchangeOptions } from './service.ts'

const { speed, seed, faultRate, listDelay, refusals } = JSON.parse(process.argv[2] ?? '{}') as ExchangeOptions

// Each request draws what befalls the next one, so that the share holds for every mix of operations.
const random = createRandom(seed)
const connection = ['reset_before', 'reset_after', 'half_body', 'fin', 'silence', 'silence_body'] as const
const befall = (): void => {
  if (random() >= faultRate) return
  const kind = random()
  if (kind < 0.7) {
    const fault = connection[Math.floor(random() * connection.length)]
    mock.reply({ fault: fault ?? 'fin' })
    return
  }
  const code = [429, 500, 502, 503][Math.floor(random() * 4)] ?? 500
  // A gateway that says 502 may have passed the request on.
  mock.reply({ code, body: '', ...(code === 502 && { placed: random() < 0.5 }) })
}

let requests = 0
let isCalm = false
const served = await serveMock(
  {
    port: 0,
    controlPort: 0,
    speed,
    seed,
    listDelay,
    keepCalls: Number.POSITIVE_INFINITY,
    keepRequests: 0,
    onRequest: () => {
      requests++
      if (!isCalm && faultRate > 0) befall()
    },
  },
  { out: () => {} },
)
const { mock } = served
for (let left = refusals; left > 0; left--)
  mock.reply({ operation: 'placeCall', code: 402, body: '<h1>Payment Required</h1>' })

/** Live calls as the service itself counts them, at every change. */
let most = 0
let live = 0
const stream = await mock.fetch('https://mock.invalid/v1/call/concurrency/stream', {
  headers: { authorization: 'Bearer census' },
})
const count = async (): Promise<void> => {
  const decoder = new TextDecoder()
  for await (const chunk of stream.body ?? []) {
    for (const [, active] of decoder.decode(chunk).matchAll(/"active_calls": (\d+)/g)) {
      live = Number(active)
      most = Math.max(most, live)
    }
  }
}
// It ends with the process.
count().catch(() => {})

process.on('message', (asked) => {
  if (asked === 'calm') {
    isCalm = true
    process.send?.({})
    return
  }
  const census: Census = {
    most,
    live,
    requests,
    calls: mock.calls.map(({ id, contact, dynamic_variables, created_date }) => ({
      id,
      number: contact.identifier,
      key: (dynamic_variables as Record<string, string> | null)?.['digame_key'],
      created: Date.parse(created_date),
    })),
  }
  process.send?.(census)
})
process.once('disconnect', () => process.exit())
process.send?.({ url: served.url, controlUrl: served.controlUrl })
