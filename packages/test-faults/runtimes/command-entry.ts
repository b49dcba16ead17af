/** Runs the behaviours on a runtime with a command line: takes the services as JSON and prints the results as JSON. */
import { run } from './behaviours.ts'

interface Runtime {
  readonly Deno?: { readonly args: string[] }
  readonly process?: { readonly argv: string[]; exit(code: number): void }
}
const { Deno, process }: Runtime = globalThis
const services = Deno?.args[0] ?? process?.argv[2] ?? '{}'
const results = await run(JSON.parse(services))
await new Promise<void>((resolve) => {
  // biome-ignore lint/suspicious/noConsole: the only way to print that every runtime has
  console.log(JSON.stringify(results))
  setTimeout(resolve, 20)
})
// Connections that a fault left open must not keep the runtime alive.
process?.exit(0)
