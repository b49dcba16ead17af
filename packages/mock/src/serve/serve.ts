import { randomInt } from 'node:crypto'
import { listenOn, shut } from '../fronts/sockets.ts'
import { createMock, type Mock } from '../mock.ts'
import type { MockOptions } from '../options.ts'
import { createControl } from './control.ts'
import { logJson, logLine } from './log.ts'

/** What a served mock can be started with, beyond what a mock can be made with. */
export interface ServeOptions extends MockOptions {
  /**
   * The port of the API; 0 takes a free one.
   * @default 4010
   */
  readonly port?: number
  /**
   * The host that both ports bind to.
   * @default '127.0.0.1'
   */
  readonly host?: string
  /**
   * The port that gives the journal and the calls and takes replies; 0 takes a free one, `false` opens none.
   * @default 4012
   */
  readonly controlPort?: number | false
  /**
   * Whether to log JSON in place of lines for people.
   * @default false
   */
  readonly json?: boolean
}

/** Where a served mock writes. */
export interface ServeIo {
  /** Takes a line that says where the mock listens, without its end. */
  readonly out: (line: string) => void
  /**
   * Takes a line for each request, without its end.
   * @default `out`
   */
  readonly log?: (line: string) => void
}

/** A mock that is being served. */
export interface ServedMock {
  readonly mock: Mock
  readonly url: string
  readonly controlUrl: string | undefined
  /** Ends open streams and closes both ports. */
  close(): Promise<void>
}

/**
 * Serves a mock over HTTP and logs each request, phone numbers masked.
 *
 * Without `seed` one is drawn, so that the ids of one run do not come again in the next. Rejects with a TypeError for
 * an option that makes no sense, and with an Error that says so if a port is taken.
 */
export async function serveMock(options: ServeOptions, { out, log = out }: ServeIo): Promise<ServedMock> {
  const { port = 4010, host = '127.0.0.1', controlPort = 4012, json = false } = options
  const seed = options.seed ?? randomInt(2 ** 31)
  const format = json ? logJson : logLine
  for (const [name, given] of Object.entries({ port, controlPort })) {
    const fine = given === false || (Number.isInteger(given) && given >= 0 && given <= 65_535)
    if (!fine) throw new TypeError(`${name} is a whole number from 0 to 65535, not ${given}`)
  }
  const mock = await createMock({
    ...options,
    seed,
    onRequest: (entry) => {
      options.onRequest?.(entry)
      log(format(entry))
    },
  })
  try {
    const url = await mock.listen(port, host)
    const control = controlPort === false ? undefined : await listenOn(createControl(mock), controlPort, host)
    const controlUrl = control?.url
    const { vocabulary = 'seed', speed = 1 } = options
    if (json) out(JSON.stringify({ event: 'listening', url, controlUrl, vocabulary, speed, seed }))
    else {
      out(
        `The mock of the call API listens on ${url} (vocabulary ${vocabulary}, speed ${speed}, seed ${seed})`,
      )
      if (controlUrl !== undefined) out(`Journal, calls and replies: ${controlUrl}/_mock/`)
    }
    const close = async () => {
      await Promise.all([mock.close(), control && shut(control.server)])
    }
    return { mock, url, controlUrl, close }
  } catch (error) {
    await mock.close()
    throw error
  }
}
