/** One contender in a process of its own: prints CPU time a create, in microseconds. */
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { contenders } from './contenders.ts'

const [, , name = '', baseUrl = '', folder = '', warmUp = '10000', counted = '20000'] = process.argv
const inFlight = 50

// Imports as a file of that folder would.
const { load } = (await import(pathToFileURL(join(folder, 'load.mjs')).href)) as {
  load: (name: string) => Promise<unknown>
}

const contender = contenders[name]
if (!contender) throw new Error(`There is no contender ${name}`)
const place = await contender.make(load, baseUrl)

async function run(creates: number): Promise<number> {
  const begun = process.cpuUsage()
  let left = creates
  await Promise.all(
    Array.from({ length: inFlight }, async () => {
      while (left-- > 0) await place()
    }),
  )
  const { user, system } = process.cpuUsage(begun)
  return (user + system) / creates
}

const first = await run(1000)
await run(Number(warmUp))
process.send?.({ first, warm: await run(Number(counted)) })
process.disconnect?.()
