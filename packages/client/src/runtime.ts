/** The globals of Node, Bun, Deno and browsers that the client looks at, where they exist. */
interface Runtime {
  readonly process?: {
    readonly env?: Readonly<Record<string, string | undefined>>
    readonly versions?: Readonly<Record<string, string | undefined>>
    readonly getBuiltinModule?: (name: string) => unknown
  }
  readonly Deno?: { createHttpClient(options: object): unknown }
  readonly window?: { readonly document?: unknown }
}

export const runtime: Runtime = globalThis
