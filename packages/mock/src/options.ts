import { isRecord } from '@digame/internal'
import { type Clock, systemClock } from './clock.ts'
import type { Vocabulary } from './exchange/life.ts'
import type { JournalEntry } from './script/journal.ts'
import type { NumberState, Permission } from './service/account.ts'

/** What a mock can be made with; nothing is required. */
export interface MockOptions {
  /**
   * Which of the API's two sets of statuses ended calls use: `seed` has a status for each ending, `2026-07` ends all
   * in `completed` and tells the ending in `end_reason`.
   * @default 'seed'
   */
  readonly vocabulary?: Vocabulary
  /**
   * How many times faster than a telephone calls live: 1 is real time.
   * @default 1
   */
  readonly speed?: number
  /**
   * Decides ids, durations and who hangs up; the same seed and the same requests give the same calls.
   * @default 1
   */
  readonly seed?: number
  /**
   * How many calls may dial and talk at once; the rest waits in the queue.
   * @default Infinity
   */
  readonly maxConcurrent?: number
  /** The account's API keys and what each may do; without it any bearer token may do everything. */
  readonly keys?: Readonly<Record<string, Permission>>
  /** The account's numbers; without it every well-formed number is one of them, and ready. */
  readonly numbers?: readonly string[] | Readonly<Record<string, NumberState>>
  /**
   * How long a new call is missing from the list, in milliseconds of the clock; reading it by its id works at once.
   * @default 0
   */
  readonly listDelay?: number
  /**
   * How many ended calls are remembered; the first to have ended is dropped first. Live calls are never dropped.
   * @default 10000
   */
  readonly keepCalls?: number
  /**
   * How many requests the journal remembers; the oldest is dropped first.
   * @default 1000
   */
  readonly keepRequests?: number
  /**
   * An OpenAPI 3 document, as an object, to judge and answer requests by; good for trying a changed contract. Paths,
   * methods, statuses, error bodies and what a request may hold follow it; calls and messages keep their fields.
   * Operations are found by their `operationId`: one that it lacks is answered 404 or 405, as is everything unknown.
   * The document is read once: changing the object later changes nothing.
   * @default the installed @digame/spec
   */
  readonly document?: object
  /**
   * Where time comes from.
   * @default the machine's own clock, with timers that do not keep the process alive
   */
  readonly clock?: Clock
  /** Told of each request as soon as its answer is known. */
  readonly onRequest?: (entry: JournalEntry) => void
}

export type Resolved = Required<Omit<MockOptions, 'keys' | 'numbers' | 'document'>> & {
  readonly document: object | undefined
  readonly keys: Readonly<Record<string, Permission>> | undefined
  readonly numbers: Readonly<Record<string, NumberState>> | undefined
}

const check = (fine: boolean, name: string, wanted: string, given: unknown) => {
  if (!fine) throw new TypeError(`${name} is ${wanted}, not ${String(given)}`)
}

const isArray = (value: MockOptions['numbers']): value is readonly string[] => Array.isArray(value)

/** Fills in the defaults; throws a TypeError for a value that makes no sense. */
export function resolve(options: MockOptions): Resolved {
  const { vocabulary = 'seed', speed = 1, seed = 1, maxConcurrent = Number.POSITIVE_INFINITY } = options
  const { listDelay = 0, keepCalls = 10_000, keepRequests = 1000, clock = systemClock } = options
  const { keys, numbers, document, onRequest = () => {} } = options
  const count = (value: number) => value === Number.POSITIVE_INFINITY || Number.isInteger(value)
  check(vocabulary === 'seed' || vocabulary === '2026-07', 'vocabulary', "'seed' or '2026-07'", vocabulary)
  check(speed > 0 && Number.isFinite(speed), 'speed', 'a number above 0', speed)
  check(Number.isInteger(seed), 'seed', 'a whole number', seed)
  check(count(maxConcurrent) && maxConcurrent >= 1, 'maxConcurrent', 'a whole number from 1', maxConcurrent)
  check(listDelay >= 0, 'listDelay', 'a number of milliseconds', listDelay)
  check(count(keepCalls) && keepCalls >= 0, 'keepCalls', 'a whole number', keepCalls)
  check(count(keepRequests) && keepRequests >= 0, 'keepRequests', 'a whole number', keepRequests)
  check(
    document === undefined || isRecord(document),
    'document',
    'an OpenAPI document as an object',
    document,
  )
  return {
    document,
    vocabulary,
    speed,
    seed,
    maxConcurrent,
    listDelay,
    keepCalls,
    keepRequests,
    clock,
    onRequest,
    keys,
    numbers: isArray(numbers)
      ? Object.fromEntries(numbers.map((number) => [number, 'ready' as const]))
      : numbers,
  }
}
