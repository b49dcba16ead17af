/** Something that is due at a time. */
export interface Timed {
  /** In milliseconds since 1970. */
  due: number
  /** Decides between two that are due at the same time: the lower comes first. */
  readonly number: number
}

/** Items that come out in the order in which they are due. */
export interface TimerQueue<T extends Timed> {
  /** Adds an item; its `due` must not change until it is taken out. */
  add(item: T): void
  /** Takes out the first item that is due at `now`; undefined if none is. */
  take(now: number): T | undefined
  /** When the first item is due; undefined if the queue is empty. */
  nextDue(): number | undefined
}

const isBefore = (a: Timed, b: Timed) => a.due < b.due || (a.due === b.due && a.number < b.number)

/** Makes an empty queue (a binary heap). */
export function createTimerQueue<T extends Timed>(): TimerQueue<T> {
  const heap: T[] = []

  const moveUp = (item: T, from: number) => {
    let index = from
    while (index > 0) {
      const parentIndex = (index - 1) >> 1
      const parent = heap[parentIndex]
      if (parent === undefined || !isBefore(item, parent)) break
      heap[index] = parent
      index = parentIndex
    }
    heap[index] = item
  }

  const moveDown = (item: T) => {
    let index = 0
    for (;;) {
      const leftIndex = 2 * index + 1
      const left = heap[leftIndex]
      if (left === undefined) break
      const right = heap[leftIndex + 1]
      const isRight = right !== undefined && isBefore(right, left)
      const child = isRight ? right : left
      if (!isBefore(child, item)) break
      heap[index] = child
      index = isRight ? leftIndex + 1 : leftIndex
    }
    heap[index] = item
  }

  return {
    add: (item) => moveUp(item, heap.push(item) - 1),
    take(now) {
      const first = heap[0]
      if (first === undefined || first.due > now) return undefined
      const last = heap.pop()
      if (last !== undefined && heap.length > 0) moveDown(last)
      return first
    },
    nextDue: () => heap[0]?.due,
  }
}
