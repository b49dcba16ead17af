/** The stock Prism as a process of its own, on the same spec. */
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { createRequire } from 'node:module'
import { createServer } from 'node:net'
import { dirname, join } from 'node:path'

const { resolve } = createRequire(import.meta.url)

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as { port: number }
  server.close()
  await once(server, 'close')
  return port
}

export interface Prism extends AsyncDisposable {
  readonly url: string
}

export async function startPrism(): Promise<Prism> {
  const port = await freePort()
  const bin = join(dirname(resolve('@stoplight/prism-cli/package.json')), 'dist/index.js')
  const spec = resolve('@digame/spec/openapi.yaml')
  const child: ChildProcess = spawn(
    process.execPath,
    [bin, 'mock', '--host', '127.0.0.1', '--port', String(port), spec],
    { stdio: ['ignore', 'pipe', 'pipe'], env: { ...process.env, SCARF_ANALYTICS: 'false' } },
  )
  const gone = once(child, 'exit')
  let said = ''
  await new Promise<void>((resolve, reject) => {
    child.stdout?.on('data', (chunk) => {
      said += chunk
      if (said.includes('Prism is listening')) resolve()
    })
    child.once('exit', () => reject(new Error(`Prism ended before it listened: ${said}`)))
  })
  return {
    url: `http://127.0.0.1:${port}`,
    async [Symbol.asyncDispose]() {
      child.kill()
      await gone
    },
  }
}
