/** Passes events to every loop that listens; each `for await` gets every event from its beginning on. */
export interface EventChannel<Event> extends AsyncIterable<Event> {
  emit(event: Event): void
  /** Ends every loop that listens now, once it has read what is left. */
  end(): void
}

/** Events that a slow listener may leave unread. Beyond that it loses the oldest, so that a run cannot fill the memory. */
const maxUnread = 10_000

interface Listener<Event> {
  readonly unread: Event[]
  wake: (() => void) | undefined
  isOver: boolean
}

export function createEventChannel<Event>(): EventChannel<Event> {
  const listeners = new Set<Listener<Event>>()
  const close = (listener: Listener<Event>): void => {
    listener.isOver = true
    listeners.delete(listener)
    listener.wake?.()
  }
  return {
    emit(event) {
      for (const listener of listeners) {
        listener.unread.push(event)
        if (listener.unread.length > maxUnread) listener.unread.shift()
        listener.wake?.()
      }
    },
    end() {
      for (const listener of listeners) close(listener)
    },
    [Symbol.asyncIterator]() {
      // Registered here rather than at the first `next`, so that no event is missed in between.
      const listener: Listener<Event> = { unread: [], wake: undefined, isOver: false }
      listeners.add(listener)
      const iterator: AsyncIterator<Event, undefined> = {
        async next() {
          while (listener.unread.length === 0 && !listener.isOver) {
            await new Promise<void>((resolve) => {
              listener.wake = resolve
            })
            listener.wake = undefined
          }
          const value = listener.unread.shift()
          return value === undefined ? { value: undefined, done: true } : { value, done: false }
        },
        async return() {
          listener.unread.length = 0
          close(listener)
          return { value: undefined, done: true }
        },
      }
      return iterator
    },
  }
}
