/** Where npm has installed the runtimes. */
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'

const { resolve } = createRequire(import.meta.url)
const inside = (name: string, path: string): string => join(dirname(resolve(`${name}/package.json`)), path)

/** For each runtime the command that runs a file; append the file and its arguments. */
export const commands: Readonly<Record<string, readonly [string, ...string[]]>> = {
  'node 20.19': [inside('node-20', 'bin/node')],
  'node 22': [inside('node-22', 'bin/node')],
  'node 24': [inside('node-24', 'bin/node')],
  'node 26': [inside('node-26', 'bin/node')],
  bun: [inside('bun', 'bin/bun.exe')],
  deno: [inside('deno', 'deno'), 'run', '--quiet', '--no-lock', '--allow-net', '--allow-env'],
}

/** The path of workerd, which takes a configuration instead of a file. */
export const workerd: string = inside('workerd', 'bin/workerd')
