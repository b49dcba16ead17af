/** One contender in a process of its own: told how many calls to place, it answers with their CPU time, in microseconds. */
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { contenders } from './contenders.ts'

const [, , name = '', baseUrl = '', folder = ''] = process.argv
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
  return user + system
}

process.on('message', async (creates: number) => process.send?.(await run(creates)))
process.once('disconnect', () => process.exit())
process.send?.('ready')
