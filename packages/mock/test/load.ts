/**
 * Places calls through `mock.fetch` and prints their cost in time and memory, as one line of JSON.
 *
 *   node --conditions=source test/load.ts [calls]
 */
const begun = performance.now()
const { createMock } = await import('@digame/mock')
const mock = await createMock()
const ready = performance.now() - begun

const calls = Number(process.argv[2] ?? 100_000)
const headers = { authorization: 'Bearer sk-test', 'content-type': 'application/json' }
const megabytes = () => Math.round(process.memoryUsage().rss / 2 ** 20)

async function place(number: number): Promise<void> {
  const body = JSON.stringify({
    from_number: '+34910000001',
    to_number: `+346${String(number).padStart(8, '0')}`,
    dynamic_variables: { digame_key: `key-${number}`, customer_name: 'Ana' },
  })
  const response = await mock.fetch('https://api.diga.io/v1/call/', { method: 'POST', headers, body })
  await response.json()
}

const rss: number[] = []
const cpu = process.cpuUsage()
const started = performance.now()
for (let number = 1; number <= calls; number++) {
  await place(number)
  if (number % (calls / 4) === 0) rss.push(megabytes())
}
const { user, system } = process.cpuUsage(cpu)
const wall = performance.now() - started

const { placed } = mock.counts
const perCall = { cpuMs: (user + system) / 1000 / calls, wallMs: wall / calls }
process.stdout.write(`${JSON.stringify({ readyMs: ready, placed, ...perCall, rssMb: rss })}\n`)
