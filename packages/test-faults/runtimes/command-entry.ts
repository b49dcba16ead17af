/** Entry for runtimes with a command line: takes the places as JSON, prints the results as JSON. */
import { run } from './behaviours.ts'

interface Runtime {
  readonly Deno?: { readonly args: string[] }
  readonly process?: { readonly argv: string[]; exit(code: number): void }
}
const { Deno, process } = globalThis as unknown as Runtime
const places = Deno?.args[0] ?? process?.argv[2] ?? '{}'
const results = await run(JSON.parse(places))
await new Promise<void>((resolve) => {
  // biome-ignore lint/suspicious/noConsole: the one way of printing that every runtime has
  console.log(JSON.stringify(results))
  setTimeout(resolve, 20)
})
// What a fault left open must not keep the runtime alive.
process?.exit(0)
