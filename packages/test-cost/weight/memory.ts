/**
 * Creates calls through a fetch without a network and prints the memory in MiB at ten moments, as one line of JSON.
 *
 *   node --expose-gc --conditions=source packages/test-cost/weight/memory.ts 1000000
 */
import { Diga } from '@digame/client'
import { sampleCall } from '../sample-call.ts'

const creates = Number(process.argv[2] ?? 100_000)
const inFlight = 50
let placed = 0
const fetch = async (): Promise<Response> =>
  Response.json({ id: String(placed++), ...sampleCall }, { status: 201 })
const diga = new Diga({ apiKey: 'key', baseUrl: 'http://service', fetch })

const moments: { readonly rss: number; readonly heap: number }[] = []
for (let moment = 0; moment < 10; moment++) {
  let left = creates / 10
  await Promise.all(
    Array.from({ length: inFlight }, async () => {
      while (left-- > 0) {
        await diga.calls.create({ from_number: '+34910000001', to_number: '+34612345678' })
      }
    }),
  )
  globalThis.gc?.()
  const { rss, heapUsed } = process.memoryUsage()
  moments.push({ rss: rss / 2 ** 20, heap: heapUsed / 2 ** 20 })
}
process.stdout.write(`${JSON.stringify(moments)}\n`)
