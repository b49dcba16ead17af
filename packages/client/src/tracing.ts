interface TracingChannel {
  readonly hasSubscribers?: boolean
  tracePromise<Result>(run: () => Promise<Result>, context: object): Promise<Result>
}

/** The part of `node:diagnostics_channel` that is used here. */
interface Diagnostics {
  subscribe(name: string, listener: (message: unknown) => void): void
  tracingChannel?(name: string): TracingChannel
}

/** The runtime's diagnostics channels, where it has them. */
export function diagnostics(): Diagnostics | undefined {
  const runtime = (globalThis as { process?: { getBuiltinModule?: (name: string) => unknown } }).process
  return runtime?.getBuiltinModule?.('node:diagnostics_channel') as Diagnostics | undefined
}

let channel: TracingChannel | undefined

/** Runs a create under the tracing channel `digame:call`; the context holds neither numbers nor variables. */
export function trace<Call extends { id: string; status: string }>(
  context: { readonly idempotencyKey: string },
  run: () => Promise<Call>,
): Promise<Call> {
  channel ??= diagnostics()?.tracingChannel?.('digame:call')
  if (!channel?.hasSubscribers) return run()
  const running = channel
  return new Promise((resolve, reject) => {
    const told = running.tracePromise(async () => {
      const call = await run()
      resolve(call)
      return { id: call.id, status: call.status }
    }, context)
    told.catch(reject)
  })
}
