/** One contender in a process of its own. For each number of creates, sends the CPU time that they took, in microseconds. */
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { contenders, type Load } from './contenders.ts'

const [, , name = '', baseUrl = '', folder = ''] = process.argv
const inFlight = 50

// `load` imports packages as a file of that folder would.
const { load }: { load: Load } = await import(pathToFileURL(join(folder, 'load.mjs')).href)

const contender = contenders[name]
if (!contender) throw new Error(`There is no contender "${name}".`)
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
