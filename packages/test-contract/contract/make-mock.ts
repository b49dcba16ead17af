/** Mocks whose journals must be free of violations when the test ends. */
import { createMock, type Mock, type MockOptions } from '@digame/mock'
import { afterEach } from 'vitest'

export interface OpenMock {
  readonly mock: Mock
  readonly url: string
}

const open: Mock[] = []

/** Makes a mock for this process alone. */
export async function makeMock(options: MockOptions = {}): Promise<Mock> {
  const mock = await createMock(options)
  open.push(mock)
  return mock
}

/** Makes a mock that other processes can reach. Its calls live so fast that no test waits for one. */
export async function openMock(options: MockOptions = {}): Promise<OpenMock> {
  const mock = await makeMock({ speed: 500, ...options })
  return { mock, url: await mock.listen() }
}

afterEach(async () => {
  const mocks = open.splice(0)
  await Promise.all(mocks.map((mock) => mock.close()))
  for (const mock of mocks) mock.expectNoViolations()
})

/** The operations that were requested, each once, in the order of their first requests. */
export const operationsSeen = ({ journal }: Mock): string[] => [
  ...new Set(journal.map(({ operation }) => operation ?? 'none')),
]
