/** Mocks whose journals are judged when the test ends. A test that expects a violation makes its own mock. */
import { createMock, type Mock, type MockOptions } from '@digame/mock'
import { afterEach } from 'vitest'

export interface OpenMock {
  readonly mock: Mock
  readonly url: string
}

const open: Mock[] = []

/** A mock for this process alone. */
export async function makeMock(options: MockOptions = {}): Promise<Mock> {
  const mock = await createMock(options)
  open.push(mock)
  return mock
}

/** A mock that others can reach; calls live so fast that nobody waits for one. */
export async function openMock(options: MockOptions = {}): Promise<OpenMock> {
  const mock = await makeMock({ speed: 500, ...options })
  return { mock, url: await mock.listen() }
}

afterEach(async () => {
  const mocks = open.splice(0)
  await Promise.all(mocks.map((mock) => mock.close()))
  for (const mock of mocks) mock.expectNoViolations()
})

/** The operations that came, each once, in the order in which each came first. */
export const operationsSeen = ({ journal }: Mock): string[] => [
  ...new Set(journal.map(({ operation }) => operation ?? 'none')),
]
