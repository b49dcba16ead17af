/**
 * `pnpm gate`: runs every check of every package through turbo, then prints how many passed and failed.
 *
 * A task that writes `.report/<task>.json`, as vitest does, counts once for each of its tests; any other task counts once.
 */
import { readdir, readFile, rm } from 'node:fs/promises'
import { performance } from 'node:perf_hooks'
import { type Report, type Task, tallyOf } from './tally.ts'
import { turbo } from './turbo.ts'

const root = new URL('..', import.meta.url)
const runs = new URL('.turbo/runs/', root)

async function readReport(task: Task): Promise<Report | undefined> {
  const name = task.taskId.split('#')[1]
  const path = new URL(`${task.directory ? `${task.directory}/` : ''}.report/${name}.json`, root)
  return JSON.parse(await readFile(path, 'utf8').catch(() => 'null')) ?? undefined
}

const startedAt = performance.now()
await rm(runs, { recursive: true, force: true })
const code = await turbo([
  ...['run', 'lint', 'typecheck', 'knip', 'generated', 'test', 'test:scripts', 'build'],
  ...[
    '--concurrency=4',
    '--continue=dependencies-successful',
    '--summarize',
    '--output-logs=errors-only',
    '--log-order=grouped',
  ],
  ...process.argv.slice(2),
])

const [file] = await readdir(runs).catch(() => [])
if (!file) {
  process.stderr.write('turbo did not write a summary of its run, so the gate cannot count its tasks.\n')
  process.exit(1)
}
const { tasks } = JSON.parse(await readFile(new URL(file, runs), 'utf8')) as { tasks: Task[] }

let passed = 0
let failed = 0
let skipped = 0
for (const task of tasks.filter(({ command }) => command !== '<NONEXISTENT>')) {
  const tally = tallyOf(task, await readReport(task))
  passed += tally.passed
  failed += tally.failed
  skipped += tally.skipped
  const { startTime = 0, endTime = 0 } = task.execution ?? {}
  const duration = task.cache.status === 'HIT' ? 'cached' : `${((endTime - startTime) / 1000).toFixed(1)} s`
  process.stdout.write(
    `${tally.failed === 0 ? 'ok  ' : 'FAIL'} ${task.taskId.padEnd(32)} ${String(tally.passed).padStart(5)}  ${duration}\n`,
  )
}
if (failed === 0 && code !== 0) failed = 1
const seconds = ((performance.now() - startedAt) / 1000).toFixed(1)
process.stdout.write(
  `\nin ${seconds} s\n${passed} passed, ${failed} failed${skipped ? `, ${skipped} skipped` : ''}\n`,
)
process.exitCode = failed === 0 ? 0 : 1
