import { randomInt } from 'node:crypto'
import { closeServer, listenOn } from '../fronts/sockets.ts'
import { createMock, type Mock } from '../mock.ts'
import type { MockOptions } from '../options.ts'
import { createControl } from './control.ts'
import { formatJson, formatLine } from './log.ts'

/** The options of a served mock: those of a mock, and where and how to serve it. */
export interface ServeOptions extends MockOptions {
  /**
   * The port of the API; 0 takes a free port.
   * @default 4010
   */
  readonly port?: number
  /**
   * The host that both ports bind to.
   * @default '127.0.0.1'
   */
  readonly host?: string
  /**
   * The port that serves the journal and the calls and takes replies; 0 takes a free port, `false` opens none.
   * @default 4012
   */
  readonly controlPort?: number | false
  /**
   * Whether to write JSON instead of lines for people.
   * @default false
   */
  readonly json?: boolean
}

/** Where a served mock writes. */
export interface ServeIo {
  /** Called with each line that says where the mock listens, without a line break. */
  readonly out: (line: string) => void
  /**
   * Called with a line for each request, without a line break.
   * @default `out`
   */
  readonly log?: (line: string) => void
}

/** A mock that is being served. */
export interface ServedMock {
  readonly mock: Mock
  /** The URL of the API. */
  readonly url: string
  /** The URL of the control port; undefined without one. */
  readonly controlUrl: string | undefined
  /** Ends open streams and closes both ports. */
  close(): Promise<void>
}

const maxPort = 65_535

function checkPort(name: string, port: number | false): void {
  if (port === false || (Number.isInteger(port) && port >= 0 && port <= maxPort)) return
  throw new TypeError(`${name} is a whole number from 0 to ${maxPort}, not ${port}`)
}

function announce(
  out: (line: string) => void,
  isJson: boolean,
  details: Readonly<Record<'url' | 'controlUrl' | 'vocabulary' | 'speed' | 'seed', unknown>>,
): void {
  if (isJson) {
    out(JSON.stringify({ event: 'listening', ...details }))
    return
  }
  const { url, controlUrl, vocabulary, speed, seed } = details
  out(`The mock of the call API listens on ${url} (vocabulary ${vocabulary}, speed ${speed}, seed ${seed})`)
  if (controlUrl !== undefined) out(`Journal, calls and replies: ${controlUrl}/_mock/`)
}

/**
 * Serves a mock over HTTP and logs each request, with phone numbers masked.
 *
 * Without a `seed` it draws one, so that the ids of one run do not occur again in the next. Rejects with a TypeError for
 * a wrong option, and with an Error that says so if a port is taken.
 */
export async function serveMock(options: ServeOptions, { out, log = out }: ServeIo): Promise<ServedMock> {
  const { port = 4010, host = '127.0.0.1', controlPort = 4012, json = false, ...mockOptions } = options
  const { vocabulary = 'seed', speed = 1, seed = randomInt(2 ** 31) } = mockOptions
  const format = json ? formatJson : formatLine
  checkPort('port', port)
  checkPort('controlPort', controlPort)
  const mock = await createMock({
    ...mockOptions,
    seed,
    onRequest(entry) {
      mockOptions.onRequest?.(entry)
      log(format(entry))
    },
  })
  try {
    const url = await mock.listen(port, host)
    const control = controlPort === false ? undefined : await listenOn(createControl(mock), controlPort, host)
    const controlUrl = control?.url
    announce(out, json, { url, controlUrl, vocabulary, speed, seed })
    const close = async () => {
      await Promise.all([mock.close(), control && closeServer(control.server)])
    }
    return { mock, url, controlUrl, close }
  } catch (error) {
    await mock.close()
    throw error
  }
}
