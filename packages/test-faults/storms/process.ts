/** Starts the programs of this folder as processes. */
import { type ChildProcess, fork } from 'node:child_process'
import { fileURLToPath } from 'node:url'

/** Starts a program of this folder; `options` reaches it as JSON in its first argument. */
export function startProgram<Options extends object>(program: string, options: Options): ChildProcess {
  const path = fileURLToPath(new URL(program, import.meta.url))
  return fork(path, [JSON.stringify(options)], {
    execArgv: ['--conditions=source'],
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  })
}

/** The options with which this process was started. */
export const readOptions = <Options extends object>(): Options => JSON.parse(process.argv[2] ?? '{}')
