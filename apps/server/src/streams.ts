import { Readable } from 'node:stream'
import type { Clock } from '@digame/internal'
import type { Callback, Change } from './callback.ts'
import { DeskError } from './errors.ts'
import type { Limits } from './limits.ts'

/** The open event streams. */
export interface Streams {
  /** Streams the changes of a callback after position `after`, as server-sent events, to its end. @throws DeskError */
  open(callback: Callback, after: number): Readable
  /** Ends all streams. */
  close(): void
}

export function createStreams(
  clock: Pick<Clock, 'after'>,
  { streams: max, heartbeatMs }: Pick<Limits, 'streams' | 'heartbeatMs'>,
): Streams {
  const openStreams = new Set<() => void>()
  return {
    open(callback, after) {
      if (callback.listeners >= max) {
        throw new DeskError(429, 'too_many_streams', 'Esta llamada ya se sigue desde demasiados sitios.')
      }
      const stream = new Readable({ read() {} })
      const send = ({ order, state }: Change): void => {
        stream.push(`id: ${order}\ndata: ${JSON.stringify({ id: callback.id, ...state })}\n\n`)
      }
      const beat = (): void => {
        // A reader that has taken nothing since the last heartbeat has gone.
        if (stream.readableLength > 0) return void stream.destroy()
        stream.push(':\n\n')
        cancel = clock.after(heartbeatMs, beat)
      }
      const end = (): void => {
        stop()
        stream.push(null)
      }
      const stop = (): void => {
        cancel()
        unlisten()
        openStreams.delete(end)
      }
      let cancel = clock.after(heartbeatMs, beat)
      const unlisten = callback.listen((change) => {
        send(change)
        if (callback.settled) end()
      })
      openStreams.add(end)
      stream.once('close', stop)
      stream.push('retry: 2000\n\n')
      for (const change of callback.since(after)) send(change)
      if (callback.settled) end()
      return stream
    },
    close() {
      for (const end of openStreams) end()
    },
  }
}
