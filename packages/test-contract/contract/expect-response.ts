/** What the client must make of a documented response, no matter who serves it. */
import { DigaApiError } from '@digame/client'
import { isRecord } from '@digame/internal'
import { assert, expect } from 'vitest'
import type { Case } from './operations.ts'

/** Statuses of a create that leave open whether a call was made; see "Whether a call was placed" in the client's README. */
const proveNothing = [500]

/** What the client must report for each problem that a body of status 422 lists. */
function issuesOf(body: unknown): object[] {
  const detail = isRecord(body) && Array.isArray(body['detail']) ? body['detail'] : []
  return detail.filter(isRecord).map(({ loc, type }) => ({ path: [loc].flat().join('.'), type }))
}

/** Expects the result of a documented success, or the error of a documented failure. */
export async function expectResponse(
  { operation, code, value }: Case,
  request: Promise<unknown>,
): Promise<void> {
  const result = await request.catch((error: unknown) => error)
  if (code < 300) {
    expect(result).not.toBeInstanceOf(Error)
    if (operation === 'streamConcurrency') expect(result).toBeTypeOf('number')
    else expect(result).toEqual(value)
    return
  }
  assert.instanceOf(result, DigaApiError)
  const errorCode = isRecord(value) ? value['error_code'] : undefined
  expect(result).toMatchObject({ name: 'DigaApiError', status: code, code: errorCode ?? 'VALIDATION_ERROR' })
  expect(result.issues).toMatchObject(issuesOf(value))
  expect(result.message.length).toBeLessThan(200)
  const placed = proveNothing.includes(code) ? 'maybe' : 'no'
  expect(result.placed).toBe(operation === 'placeCall' ? placed : undefined)
}
