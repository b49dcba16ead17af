/** What has an appointment. */
export interface Due {
  /** When it is due. */
  due: number
  /** Decides between equal times: the lower comes first. */
  readonly number: number
}

/** Appointments, handed out earliest first. */
export interface Agenda<T extends Due> {
  /** Takes in what is due at its `due`, which must not change until it is handed out. */
  add(item: T): void
  /** Takes out the first that is due at `now`; undefined if nothing is. */
  take(now: number): T | undefined
  /** When the next is due; undefined if there is none. */
  next(): number | undefined
}

const earlier = (a: Due, b: Due) => a.due < b.due || (a.due === b.due && a.number < b.number)

/** Makes an empty agenda (a binary heap). */
export function createAgenda<T extends Due>(): Agenda<T> {
  const heap: T[] = []
  const at = (index: number) => heap[index] as T

  const rise = (item: T, from: number) => {
    let index = from
    while (index > 0) {
      const parent = (index - 1) >> 1
      if (!earlier(item, at(parent))) break
      heap[index] = at(parent)
      index = parent
    }
    heap[index] = item
  }

  const sink = (item: T) => {
    let index = 0
    for (let child = 1; child < heap.length; child = 2 * index + 1) {
      if (child + 1 < heap.length && earlier(at(child + 1), at(child))) child += 1
      if (!earlier(at(child), item)) break
      heap[index] = at(child)
      index = child
    }
    heap[index] = item
  }

  return {
    add: (item) => rise(item, heap.push(item) - 1),
    take(now) {
      const first = heap[0]
      if (first === undefined || first.due > now) return undefined
      const last = heap.pop() as T
      if (heap.length > 0) sink(last)
      return first
    },
    next: () => heap[0]?.due,
  }
}
