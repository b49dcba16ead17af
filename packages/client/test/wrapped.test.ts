/** A fetch that was wrapped before the import passes for the runtime's own: nothing that it does may ring twice. */
import { channel } from 'node:diagnostics_channel'
import { describe, expect, test, vi } from 'vitest'
import { refused, silence } from './support/client.ts'
import {
  create,
  doubt,
  failureOf,
  own,
  refusal,
  requestOf,
  sendHeaders,
  withoutUndici,
} from './support/own.ts'

const failed = channel('undici:request:error')

describe('a wrapped fetch', () => {
  test('that fails for another reason than its request proves nothing: it may have sent another one', async () => {
    const made = await own(async (init) => {
      const request = requestOf(init)
      create.publish({ request })
      failed.publish({ request, error: refused().cause })
      throw new TypeError('fetch failed', { cause: new Error('other side closed') })
    })
    expect(await failureOf(made)).toMatchObject(doubt)
    expect(made.posts).toHaveLength(1)
  })

  test('that fails for the reason of its request proves the same as ever', async () => {
    const made = await own(async (init) => {
      const request = requestOf(init)
      const error = refused()
      create.publish({ request })
      failed.publish({ request, error: error.cause })
      throw error
    })
    expect(await failureOf(made)).toMatchObject(refusal)
    expect(made.posts).toHaveLength(3)
  })

  test('that sends on after the create has ended is stopped at its first byte', async () => {
    const made = await own(async (init) => {
      create.publish({ request: requestOf(init) })
      return silence(init)
    })
    await failureOf(made)
    const late = requestOf(made.posts[0] as { headers: Record<string, string> })
    const destroy = vi.fn()
    create.publish({ request: late })
    sendHeaders.publish({ request: late, socket: { destroy } })
    expect(destroy).toHaveBeenCalledOnce()
  })

  test('proves nothing by a failure to connect where there is no undici', async () => {
    withoutUndici()
    const made = await own(async () => {
      throw refused()
    })
    expect(await failureOf(made)).toMatchObject(refusal)
    const other = await own(
      async () => {
        throw refused()
      },
      {},
      (stub) => (url, init) => stub(url, init),
    )
    expect(await failureOf(other)).toMatchObject(doubt)
    expect(other.posts).toHaveLength(1)
  })

  test("the reason of a caller's abort is no evidence", async () => {
    withoutUndici()
    const controller = new AbortController()
    const made = await own(async (init) => {
      controller.abort(refused().cause)
      throw init.signal.reason
    })
    const options = { idempotencyKey: 'one', signal: controller.signal }
    expect(await failureOf(made, options)).toMatchObject({ name: 'DigaAbortError', placed: 'maybe' })
  })
})
