/**
 * Serves the mock in a process of its own. Takes `MockProcessOptions`; sends its URL when it listens, a `Census` for each
 * message `census`, and the word `calm` for the message `calm`, after which nothing fails any more.
 */
import { createRandom, isRecord } from '@digame/internal'
import { createMock } from '@digame/mock'
import type { Census, MockProcessOptions } from './mock-process.ts'
import { readOptions } from './process.ts'

const { speed, seed, faultRate, listDelay, refusals, account } = readOptions<MockProcessOptions>()

const random = createRandom(seed)
const lineFaults = ['reset_before', 'reset_after', 'half_body', 'fin', 'silence', 'silence_body'] as const

/** Has the next request meet a fault, as often as `faultRate` says. */
function drawFault(): void {
  if (random() >= faultRate) return
  const kind = random()
  if (kind < 0.7) {
    const fault = lineFaults[Math.floor(random() * lineFaults.length)]
    mock.reply({ fault: fault ?? 'fin' })
    return
  }
  const code = [429, 500, 502, 503][Math.floor(random() * 4)] ?? 500
  // A gateway that says 502 may have passed the request on.
  mock.reply({ code, body: '', ...(code === 502 && { placed: random() < 0.5 }) })
}

let isCalm = false
const mock = await createMock({
  ...account,
  speed,
  seed,
  listDelay,
  keepCalls: Number.POSITIVE_INFINITY,
  keepRequests: 0,
  // Each request draws for the next one, so that the share holds for every mix of operations.
  onRequest: () => {
    if (!isCalm && faultRate > 0) drawFault()
  },
})

for (let left = refusals; left > 0; left--)
  mock.reply({ operation: 'placeCall', code: 402, body: '<h1>Payment Required</h1>' })

/** The most live calls that the service has announced on its stream. */
let most = 0
const stream = await mock.fetch('https://mock.invalid/v1/call/concurrency/stream', {
  headers: { authorization: 'Bearer census' },
})
async function watchLiveCalls(): Promise<void> {
  const decoder = new TextDecoder()
  for await (const chunk of stream.body ?? []) {
    for (const [, active] of decoder.decode(chunk).matchAll(/"active_calls": (\d+)/g))
      most = Math.max(most, Number(active))
  }
}
// The stream ends with the process.
watchLiveCalls().catch(() => {})

function takeCensus(): Census {
  return {
    most,
    calls: mock.calls.map(({ id, contact, start_time, dynamic_variables: variables }) => {
      const key = isRecord(variables) ? variables['digame_key'] : undefined
      return {
        id,
        number: contact.identifier,
        key: typeof key === 'string' ? key : undefined,
        isAnswered: Boolean(start_time),
      }
    }),
  }
}

process.on('message', (message) => {
  if (message === 'calm') isCalm = true
  process.send?.(message === 'calm' ? message : takeCensus())
})
process.once('disconnect', () => process.exit())
process.send?.(await mock.listen())
