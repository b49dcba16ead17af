import { isRecord, unrefClock } from '@digame/internal'
import type { Clock } from './clock.ts'
import type { OverLimit } from './exchange/exchange.ts'
import { findNearestName } from './nearest-name.ts'
import type { JournalEntry } from './script/journal.ts'
import { type NumberState, numberStates, type Permission, permissions } from './service/account.ts'
import type { EndReasons, Vocabulary } from './service/end-status.ts'

/** The options of a mock; none is required. */
export interface MockOptions {
  /**
   * The statuses of ended calls, of which the API has had two sets: `seed` has a status for each ending; with `2026-07`
   * every call ends as `completed`, and `end_reason` says how.
   * @default 'seed'
   */
  readonly vocabulary?: Vocabulary
  /**
   * With `unknown`, the `end_reason` of each ended call is a word that no program knows, as the service may send one.
   * @default 'known'
   */
  readonly endReasons?: EndReasons
  /**
   * How many times faster than on a telephone calls ring and talk: 1 is real time.
   * @default 1
   */
  readonly speed?: number
  /**
   * Decides ids, durations and who hangs up: the same seed and the same requests give the same calls.
   * @default 1
   */
  readonly seed?: number
  /**
   * How many calls may dial and talk at once.
   * @default Infinity
   */
  readonly maxConcurrent?: number
  /**
   * What becomes of a call above `maxConcurrent`: `queue` lets it wait; `end` ends it without dialling, as the service does
   * by its documentation.
   * @default 'queue'
   */
  readonly overLimit?: OverLimit
  /** The account's API keys and what each allows; by default, any bearer token allows everything. */
  readonly keys?: Readonly<Record<string, Permission>>
  /** The account's numbers; by default, every well-formed number belongs to it and can place calls. */
  readonly numbers?: readonly string[] | Readonly<Record<string, NumberState>>
  /**
   * How long a new call is missing from the list, in milliseconds of the clock; reading it by its id works at once.
   * @default 0
   */
  readonly listDelay?: number
  /**
   * How many ended calls the mock remembers; it forgets the first to have ended first, and never a live call.
   * @default 10000
   */
  readonly keepCalls?: number
  /**
   * How many requests the journal remembers; it forgets the oldest first.
   * @default 1000
   */
  readonly keepRequests?: number
  /**
   * An OpenAPI 3 document, as an object, by which to judge requests and respond; use it to try a changed contract.
   *
   * Paths, methods, statuses, error bodies and what a request may contain follow the document; calls and messages keep
   * their fields. Operations are found by their `operationId`; the mock responds 404 or 405 to one that is missing. The
   * document is read once: changing the object later has no effect.
   * @default the installed @digame/spec
   */
  readonly document?: object
  /**
   * Where time comes from.
   * @default the machine's own clock, with timers that do not keep the process alive
   */
  readonly clock?: Clock
  /**
   * Called with each request once its response is known, before it is sent. If the function throws, the client gets a 500
   * instead; a call that was placed stays placed.
   */
  readonly onRequest?: (entry: JournalEntry) => void
}

/** Options with their defaults filled in. */
export type ResolvedOptions = Required<Omit<MockOptions, 'keys' | 'numbers' | 'document'>> & {
  readonly document: object | undefined
  readonly keys: Readonly<Record<string, Permission>> | undefined
  readonly numbers: Readonly<Record<string, NumberState>> | undefined
}

const optionNames: Readonly<Record<keyof MockOptions, true>> = {
  vocabulary: true,
  endReasons: true,
  speed: true,
  seed: true,
  maxConcurrent: true,
  overLimit: true,
  keys: true,
  numbers: true,
  listDelay: true,
  keepCalls: true,
  keepRequests: true,
  document: true,
  clock: true,
  onRequest: true,
}

function checkNames(options: MockOptions): void {
  const names = Object.keys(optionNames)
  for (const name of Object.keys(options)) {
    if (Object.hasOwn(optionNames, name)) continue
    const nearest = findNearestName(name, names)
    const hint = nearest === undefined ? `there are ${names.join(', ')}` : `did you mean "${nearest}"?`
    throw new TypeError(`There is no option "${name}"; ${hint}`)
  }
}

function check(isValid: boolean, name: string, wanted: string, value: unknown): void {
  if (!isValid) throw new TypeError(`${name} is ${wanted}, not ${String(value)}`)
}

const isCount = (value: number) => value === Number.POSITIVE_INFINITY || Number.isInteger(value)

const isList = (numbers: MockOptions['numbers']): numbers is readonly string[] => Array.isArray(numbers)

function readNumbers(numbers: MockOptions['numbers']): ResolvedOptions['numbers'] {
  return isList(numbers) ? Object.fromEntries(numbers.map((number) => [number, 'ready'])) : numbers
}

/** Refuses an unknown permission, which would otherwise allow everything. The message shows no value: it may be a key. */
function checkKeys(keys: MockOptions['keys']): void {
  for (const permission of Object.values(keys ?? {})) {
    if (Object.hasOwn(permissions, permission)) continue
    throw new TypeError(
      `keys gives each API key one of the permissions ${Object.keys(permissions).join(', ')}`,
    )
  }
}

function checkNumbers(numbers: ResolvedOptions['numbers']): void {
  const wanted = `one of ${Object.keys(numberStates).join(', ')}`
  for (const state of Object.values(numbers ?? {})) {
    check(Object.hasOwn(numberStates, state), 'The state of a number', wanted, state)
  }
}

/** Fills in the defaults; throws a TypeError for an unknown option or a value that makes no sense. */
export function resolveOptions(options: MockOptions): ResolvedOptions {
  checkNames(options)
  const { vocabulary = 'seed', endReasons = 'known', overLimit = 'queue' } = options
  const { speed = 1, seed = 1, maxConcurrent = Number.POSITIVE_INFINITY } = options
  const { listDelay = 0, keepCalls = 10_000, keepRequests = 1000, clock = unrefClock } = options
  const { keys, document, onRequest = () => {} } = options
  const numbers = readNumbers(options.numbers)
  checkKeys(keys)
  checkNumbers(numbers)
  check(vocabulary === 'seed' || vocabulary === '2026-07', 'vocabulary', "'seed' or '2026-07'", vocabulary)
  check(endReasons === 'known' || endReasons === 'unknown', 'endReasons', "'known' or 'unknown'", endReasons)
  check(speed > 0 && Number.isFinite(speed), 'speed', 'a finite number above 0', speed)
  check(Number.isInteger(seed), 'seed', 'a whole number', seed)
  check(isCount(maxConcurrent) && maxConcurrent >= 1, 'maxConcurrent', 'a whole number from 1', maxConcurrent)
  check(overLimit === 'queue' || overLimit === 'end', 'overLimit', "'queue' or 'end'", overLimit)
  check(listDelay >= 0, 'listDelay', 'a number of milliseconds from 0', listDelay)
  check(isCount(keepCalls) && keepCalls >= 0, 'keepCalls', 'a whole number from 0', keepCalls)
  check(isCount(keepRequests) && keepRequests >= 0, 'keepRequests', 'a whole number from 0', keepRequests)
  check(
    document === undefined || isRecord(document),
    'document',
    'an OpenAPI document as an object',
    document,
  )
  return {
    vocabulary,
    endReasons,
    speed,
    seed,
    maxConcurrent,
    overLimit,
    listDelay,
    keepCalls,
    keepRequests,
    document,
    clock,
    onRequest,
    keys,
    numbers,
  }
}
