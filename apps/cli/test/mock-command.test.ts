import { describe, expect, it } from 'vitest'
import { digame, to } from './helpers.ts'

describe('digame mock', () => {
  it('serves until the person interrupts, and logs each request', async () => {
    const interrupt = new AbortController()
    let answered: Promise<number> | undefined
    const place = async (url: string): Promise<number> => {
      const headers = { authorization: 'Bearer any', 'content-type': 'application/json' }
      const body = JSON.stringify({ from_number: '+34910000001', to_number: to })
      const { status } = await fetch(`${url}/v1/call/`, { method: 'POST', headers, body })
      interrupt.abort()
      return status
    }
    const { code, stdout, stderr } = await digame(
      ['mock', '--port', '0', '--no-control', '--json', '--seed', '3'],
      {
        ...{ env: {}, interrupt },
        onStdout(text) {
          answered ??= place(JSON.parse(text).url)
        },
      },
    )
    expect(await answered).toBe(201)
    expect([code, stderr]).toEqual([0, ''])
    const [listening, request] = stdout.trim().split('\n')
    expect(JSON.parse(listening ?? '')).toMatchObject({ event: 'listening', seed: 3 })
    expect(JSON.parse(request ?? '')).toMatchObject({ event: 'request', path: '/v1/call/', status: 201 })
  })

  it('tells its options under its own name', async () => {
    const { code, stdout, stderr } = await digame(['mock', '--help'])
    expect([code, stderr, stdout.split('\n')[0]]).toEqual([0, '', 'Usage: digame mock [options]'])
  })

  it.each([
    [['--speed', 'fast'], 'error: --speed "fast" makes no sense: give a number above 0, such as 10.\n'],
    [['--colour'], 'error: There is no flag --colour; see digame mock --help.\n'],
    [['x'], 'error: "x" is an argument too many: there are only flags; see digame mock --help.\n'],
  ])('refuses %j in one line', async (typed, line) => {
    const { code, stdout, stderr } = await digame(['mock', ...typed])
    expect([code, stdout, stderr]).toEqual([2, '', line])
  })

  it('refuses in JSON', async () => {
    const { code, stderr } = await digame(['mock', '--json', '--port', 'x'])
    expect([code, JSON.parse(stderr).error]).toMatchObject([2, { name: 'UsageError', code: 'USAGE' }])
  })

  it('says so where it cannot listen', async () => {
    const { code, stdout, stderr } = await digame([
      'mock',
      '--port',
      '0',
      '--no-control',
      '--host',
      '192.0.2.1',
    ])
    expect([code, stdout]).toEqual([1, ''])
    expect(stderr).toBe('error: Cannot listen on "192.0.2.1" (EADDRNOTAVAIL): give another --host.\n')
  })

  it('is the only one that reads flags after --', async () => {
    const { code, stderr } = await digame(['call', '--', to])
    expect([code, stderr]).toEqual([
      2,
      'error: There is one argument too many; put what has spaces in it into quotes.\n',
    ])
  })
})
