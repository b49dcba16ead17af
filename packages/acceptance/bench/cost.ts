/**
 * CPU time a create, of this client and of its rivals, as ratios to raw fetch: `pnpm bench`.
 *
 * Every round runs each contender once, in a new order; the median over the rounds is printed. Raw fetch runs twice, as
 * its own control. Rivals are installed in a temporary folder; nothing but loopback is talked to.
 */
import { execFileSync, fork, spawnSync } from 'node:child_process'
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
const service = fork(here('service.ts'))

interface Cost {
  readonly first: number
  readonly warm: number
}

async function measure(name: string, baseUrl: string): Promise<Cost> {
  const child = fork(here('measure.ts'), [name, baseUrl, folder])
  return new Promise((resolve, reject) => {
    child.once('message', (cost) => resolve(cost as Cost))
    child.once('exit', (code) => reject(new Error(`${name} ended with ${code}`)))
  })
}

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
  const costs: Record<string, Cost[]> = {}
  const names = Object.keys(contenders)
  for (let round = 0; round < rounds; round++) {
    for (const name of names.toSorted(() => Math.random() - 0.5)) {
      costs[name] = [...(costs[name] ?? []), await measure(name, `http://127.0.0.1:${port}`)]
    }
  }
  const of = (name: string, key: keyof Cost): number => median((costs[name] ?? []).map((cost) => cost[key]))
  process.stdout.write(
    `median of ${rounds} processes each, ratio to raw fetch\n\n| | warm | first 1,000 |\n| --- | ---: | ---: |\n`,
  )
  for (const name of names.toSorted((a, b) => of(a, 'warm') - of(b, 'warm'))) {
    const ratio = (key: keyof Cost): string => (of(name, key) / of('raw fetch', key)).toFixed(2)
    process.stdout.write(`| ${name} | ${ratio('warm')} | ${ratio('first')} |\n`)
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
  const ratio = median(starts.map(([, own]) => own)) / median(starts.map(([bare]) => bare))
  process.stdout.write(`\nimport: ${ratio.toFixed(2)} × node -e 0\n`)
} finally {
  service.disconnect()
  await rm(folder, { recursive: true, force: true })
}
