import { expect, test } from 'vitest'
import { narrateRetries } from '../src/progress.ts'

test.each([
  ['CONNECTION', 1234, 'no connection; trying again in 1.2 s'],
  ['TIMEOUT', 0, 'no complete response in time; trying again now'],
  ['BODY_CUT', 49, 'the response broke off; trying again now'],
  ['HTTP_503', 50, 'the service responded with 503; trying again in 0.1 s'],
  ['RATE_LIMITED', 30_000, 'the service responded with RATE_LIMITED; trying again in 30.0 s'],
  ['toString\u001b[2J', 1000, 'the service responded with toString�[2J; trying again in 1.0 s'],
])('a failure is explained before the request is sent again (%#)', (reason, delayMs, line) => {
  const written: string[] = []
  const write = (text: string): unknown => written.push(text)
  const about = { method: 'GET', path: '/v1/call/', requestId: 'r' }
  narrateRetries({ write })({ type: 'retry', ...about, delayMs, reason })
  expect(written).toEqual([`${line}\n`])
})
