import { runtime } from './runtime.ts'

interface TracingChannel {
  readonly hasSubscribers?: boolean
  tracePromise<Result>(run: () => Promise<Result>, context: object): Promise<Result>
}

/** The part of `node:diagnostics_channel` that the client uses. */
interface Diagnostics {
  subscribe(name: string, listener: (message: unknown) => void): void
  tracingChannel?(name: string): TracingChannel
}

/** The runtime's diagnostics channels, if it has them. */
export function diagnostics(): Diagnostics | undefined {
  // Read off `process` at each call: a test, or a bundler's shim, may have replaced it.
  return runtime.process?.getBuiltinModule?.('node:diagnostics_channel') as Diagnostics | undefined
}

let channel: TracingChannel | undefined

/** Runs a create under the tracing channel `digame:call`. The context holds neither numbers nor variables. */
export function trace<Call extends { id: string; status: string }>(
  idempotencyKey: string,
  run: () => Promise<Call>,
): Promise<Call> {
  channel ??= diagnostics()?.tracingChannel?.('digame:call')
  const running = channel
  if (!running?.hasSubscribers) return run()
  return new Promise((resolve, reject) => {
    const traced = running.tracePromise(
      async () => {
        const call = await run()
        resolve(call)
        // Subscribers see the id and the status, not the whole call with its number.
        return { id: call.id, status: call.status }
      },
      { idempotencyKey },
    )
    traced.catch(reject)
  })
}
