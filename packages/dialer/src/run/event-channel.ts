/** Tells what happens to whoever listens: each `for await` hears everything from its first step on. */
export interface Channel<Event> extends AsyncIterable<Event> {
  tell(event: Event): void
  /** Ends every loop that listens now, after what it has not read yet. */
  end(): void
}

/** What a slow listener may leave unread; more, and it loses the oldest: a run must not fill the memory. */
const unreadAtMost = 10_000

interface Listener<Event> {
  readonly unread: Event[]
  wake: (() => void) | undefined
  isOver: boolean
}

export function createChannel<Event>(): Channel<Event> {
  const listeners = new Set<Listener<Event>>()
  const close = (listener: Listener<Event>): void => {
    listener.isOver = true
    listeners.delete(listener)
    listener.wake?.()
  }
  return {
    tell(event) {
      for (const listener of listeners) {
        listener.unread.push(event)
        if (listener.unread.length > unreadAtMost) listener.unread.shift()
        listener.wake?.()
      }
    },
    end() {
      for (const listener of listeners) close(listener)
    },
    [Symbol.asyncIterator]() {
      // Subscribed at once, not at the first step: nothing is missed between the two.
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
