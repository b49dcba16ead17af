/** What the client makes of a documented answer, judged the same way whoever serves it. */
import { type DigaApiError, DigaError } from '@digame/client'
import { expect } from 'vitest'
import type { Case } from './operations.ts'

/** By the rule of what a status proves: see "Whether a call was placed" in the client's README. */
const proveNothing = [500]

export async function expectAnswer({ operation, code, value }: Case, asked: Promise<unknown>): Promise<void> {
  const answer = await asked.catch((error: unknown) => error)
  if (code < 300) {
    expect(answer).not.toBeInstanceOf(Error)
    if (operation !== 'streamConcurrency') expect(answer).toEqual(value)
    else expect(answer).toBeTypeOf('number')
    return
  }
  expect(answer).toBeInstanceOf(DigaError)
  const error = answer as DigaApiError
  const { error_code, detail } = value as { error_code?: string; detail?: { loc: string[]; type: string }[] }
  expect(error).toMatchObject({ name: 'DigaApiError', status: code, code: error_code ?? 'VALIDATION_ERROR' })
  expect(error.issues).toMatchObject((detail ?? []).map(({ loc, type }) => ({ path: loc.join('.'), type })))
  expect(error.message.length).toBeLessThan(200)
  expect(error.placed).toBe(
    operation === 'placeCall' ? (proveNothing.includes(code) ? 'maybe' : 'no') : undefined,
  )
}
