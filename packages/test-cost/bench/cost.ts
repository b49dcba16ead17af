/**
 * Prints the CPU time of a create with this client and with its rivals, as ratios to raw fetch: `pnpm bench`.
 *
 * In each round every contender has a process of its own. After a warm-up they take turns of a thousand calls, in a new
 * order each time, so that a change in the machine's speed affects all alike. The result is the median of the rounds. Raw
 * fetch runs twice, as a control. The rivals are installed in a temporary folder, and send to loopback only.
 */
import { type ChildProcess, execFileSync, fork, spawnSync } from 'node:child_process'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { ask, makeTemporaryFolder, nextMessage } from '@digame/test-support'
import { build } from 'esbuild'
import { contenders } from './contenders.ts'

const rounds = Number(process.argv[2] ?? 5)
const here = (path: string): string => fileURLToPath(new URL(path, import.meta.url))
const temporary = await makeTemporaryFolder('bench')
const folder = temporary.path
const service = fork(here('service-entry.ts'))

const warmUp = 10_000
const turns = 20
const calls = 1000

interface Cost {
  readonly first: number
  readonly warm: number
}

/** The CPU time of one call for each contender, in microseconds. */
async function round(names: readonly string[], baseUrl: string): Promise<Record<string, Cost>> {
  const children = new Map<string, ChildProcess>()
  const measure = async (name: string, creates: number): Promise<number> => {
    const child = children.get(name)
    return child ? Number(await ask(child, creates)) : Number.NaN
  }
  try {
    for (const name of names) {
      const child = fork(here('contender-entry.ts'), [name, baseUrl, folder])
      children.set(name, child)
      await nextMessage(child)
    }
    const first: Record<string, number> = {}
    const warm: Record<string, number> = {}
    for (const name of shuffled(names)) first[name] = await measure(name, calls)
    for (const name of shuffled(names)) await measure(name, warmUp)
    for (let turn = 0; turn < turns; turn++) {
      for (const name of shuffled(names)) warm[name] = (warm[name] ?? 0) + (await measure(name, calls))
    }
    return Object.fromEntries(
      names.map((name) => [
        name,
        { first: (first[name] ?? 0) / calls, warm: (warm[name] ?? 0) / calls / turns },
      ]),
    )
  } finally {
    for (const child of children.values()) child.disconnect()
  }
}

const shuffled = <Value>(values: readonly Value[]): Value[] =>
  values
    .map((value) => ({ value, at: Math.random() }))
    .toSorted((one, other) => one.at - other.at)
    .map(({ value }) => value)

const median = (values: readonly number[]): number =>
  values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN

try {
  const port = await nextMessage(service)
  await writeFile(join(folder, 'package.json'), '{ "private": true }')
  const installed = Object.values(contenders).flatMap(({ install }) => install ?? [])
  execFileSync('npm', ['install', '--no-audit', '--no-fund', '--ignore-scripts', ...installed], {
    cwd: folder,
  })
  const own = "name === '@digame/client' ? './client.mjs' : name"
  await writeFile(join(folder, 'load.mjs'), `export const load = (name) => import(${own})\n`)
  await build({
    entryPoints: [here('../../client/src/index.ts')],
    outfile: join(folder, 'client.mjs'),
    bundle: true,
    format: 'esm',
    platform: 'neutral',
    mainFields: ['module', 'main'],
    conditions: ['source'],
  })
  const names = Object.keys(contenders)
  const costs: Record<string, Cost>[] = []
  for (let at = 0; at < rounds; at++) costs.push(await round(names, `http://127.0.0.1:${port}`))
  // First the ratio within a round, then the median: rounds are minutes apart.
  const ratio = (name: string, key: keyof Cost): number =>
    median(costs.map((cost) => (cost[name]?.[key] ?? 0) / (cost['raw fetch']?.[key] ?? 0)))
  process.stdout.write(
    `median of ${rounds} processes each, ratio to raw fetch\n\n| | warm | first 1,000 |\n| --- | ---: | ---: |\n`,
  )
  for (const name of names.toSorted((a, b) => ratio(a, 'warm') - ratio(b, 'warm'))) {
    process.stdout.write(
      `| ${name} | ${ratio(name, 'warm').toFixed(2)} | ${ratio(name, 'first').toFixed(2)} |\n`,
    )
  }
  const start = (...args: string[]): number => {
    const begun = performance.now()
    spawnSync(process.execPath, args)
    return performance.now() - begun
  }
  const starts = Array.from(
    { length: 40 },
    () => [start('-e', '0'), start(join(folder, 'client.mjs'))] as const,
  )
  const startUp = median(starts.map(([, own]) => own)) / median(starts.map(([bare]) => bare))
  process.stdout.write(`\nimport: ${startUp.toFixed(2)} × node -e 0\n`)
} finally {
  service.disconnect()
  await temporary[Symbol.asyncDispose]()
}
