/**
 * CPU time a create, of this client and of its rivals, as ratios to raw fetch: `pnpm bench`.
 *
 * In every round each contender has a process of its own. All are warmed up, then they take turns, a thousand calls each
 * in ever new orders, so that a machine whose speed drifts is as slow for one as for another. Printed is the median over
 * the rounds. Raw fetch runs twice, as its own control. Rivals are installed in a temporary folder; nothing but loopback is
 * talked to.
 */
import { type ChildProcess, execFileSync, fork, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { build } from 'esbuild'
import { contenders } from './contenders.ts'

const rounds = Number(process.argv[2] ?? 5)
const here = (path: string): string => fileURLToPath(new URL(path, import.meta.url))
const folder = await mkdtemp(join(tmpdir(), 'digame-bench-'))
const service = fork(here('service-entry.ts'))

const warmUp = 10_000
const turns = 20
const calls = 1000

interface Cost {
  readonly first: number
  readonly warm: number
}

/** CPU time a call, in microseconds, of each contender. */
async function round(names: readonly string[], baseUrl: string): Promise<Record<string, Cost>> {
  const children = new Map<string, ChildProcess>()
  const ask = async (name: string, creates: number): Promise<number> => {
    const child = children.get(name)
    child?.send(creates)
    return child ? answer(child, name) : Number.NaN
  }
  try {
    for (const name of names) {
      const child = fork(here('contender-entry.ts'), [name, baseUrl, folder])
      children.set(name, child)
      await answer(child, name)
    }
    const first: Record<string, number> = {}
    const warm: Record<string, number> = {}
    for (const name of shuffled(names)) first[name] = await ask(name, calls)
    for (const name of shuffled(names)) await ask(name, warmUp)
    for (let turn = 0; turn < turns; turn++) {
      for (const name of shuffled(names)) warm[name] = (warm[name] ?? 0) + (await ask(name, calls))
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

async function answer(child: ChildProcess, name: string): Promise<number> {
  return new Promise((resolve, reject) => {
    const onExit = (code: number | null): void => reject(new Error(`${name} ended with ${code}`))
    child.once('exit', onExit)
    child.once('message', (said) => {
      child.off('exit', onExit)
      resolve(Number(said))
    })
  })
}

const shuffled = <Value>(values: readonly Value[]): Value[] =>
  values
    .map((value) => ({ value, at: Math.random() }))
    .toSorted((one, other) => one.at - other.at)
    .map(({ value }) => value)

const median = (values: readonly number[]): number =>
  values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN

try {
  const [port] = (await once(service, 'message')) as [number]
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
  // Within a round, then the median: rounds are minutes apart.
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
  await rm(folder, { recursive: true, force: true })
}
