import { execFileSync } from 'node:child_process'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Clock, Fetch } from '@digame/client'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { digame, type Result } from './helpers.ts'

const require = createRequire(import.meta.url)
const url = 'https://docs.example/openapi.json?token=secret'

// biome-ignore lint/suspicious/noExplicitAny: a document is changed wherever a test likes
type Loose = any

/** Our own spec, as a vendor would publish it with a change. */
function published(change: (document: Loose) => void = () => {}): string {
  const document = structuredClone(require('@digame/spec/openapi.json'))
  change(document)
  return JSON.stringify(document)
}

const purpose = (document: Loose): void => {
  const { CallRequest, Call } = document.components.schemas
  CallRequest.properties.purpose = { type: 'string' }
  CallRequest.required.push('purpose')
  delete Call.properties.recording_url
}

let folder: string

it('opens no pipe, and reads no stdin', async () => {
  const pipe = join(folder, 'pipe')
  execFileSync('mkfifo', [pipe])
  for (const source of [pipe, '-']) {
    const { code, stdout, stderr } = await digame(['spec', 'diff', source])
    expect([code, stdout]).toEqual([2, ''])
    expect(stderr).toMatch(/is not a regular file|looks like a f/)
  }
})

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'digame-diff-'))
})
afterAll(() => rm(folder, { recursive: true, force: true }))

async function file(name: string, text: string | Uint8Array): Promise<string> {
  const path = join(folder, name)
  await writeFile(path, text)
  return path
}

const diff = async (text: string, ...flags: string[]): Promise<Result> =>
  digame(['spec', 'diff', await file('vendor.json', text), ...flags], { env: {} })

/** What the differences are sorted by where there are only those of the test. */
const withAllow = async (list: string): Promise<string[]> => [
  '--strict',
  '--allow',
  await file('allow.yaml', list),
]

describe('spec diff', () => {
  it('exits 0 where nothing differs', async () => {
    const { code, stdout, stderr } = await diff(published(), '--strict')
    expect([code, stdout, stderr]).toEqual([0, '', 'No unknown differences.\n'])
  })

  it('tells what differs by operation, and exits 1', async () => {
    const { code, stdout, stderr } = await diff(published(purpose), '--strict')
    const gone = '/recording_url is not there  property_removed\n'
    const copes = '                     The client copes: Passes through what arrives.\n'
    expect(stdout).toBe(
      [
        `GET /v1/call/  listCalls\n  breaks a response  /responses/200/body/data/*${gone}${copes}`,
        'POST /v1/call/  placeCall\n  breaks a request   /request/body/purpose is new, and required  required_property_added\n' +
          '                     The client does not cope: Sends the field only if you pass it.\n' +
          `  breaks a response  /responses/201/body${gone}${copes}`,
        `GET /v1/call/{id}  getCall\n  breaks a response  /responses/200/body${gone}${copes}`,
      ].join('\n'),
    )
    expect(stderr).toBe(
      '4 unknown differences (1 in requests, 3 in responses, 0 harmless); the client does not cope with 1.\n',
    )
    expect(code).toBe(1)
  })

  it('knows what the list that comes with it knows, and says what has gone', async () => {
    const { code, stdout, stderr } = await diff(
      published((document) => {
        delete document.paths['/v1/call/'].post.responses['401']
      }),
    )
    expect([code, stdout]).toEqual([0, ''])
    expect(stderr).toMatch(
      /^No unknown differences; 1 known difference, which --strict shows\.\n\d+ of digame's own known differences are not in this document; --json lists them as unused\.\n$/,
    )
  })

  it('names the entries of one’s own list that match nothing', async () => {
    const list = '[{ code: property_removed, at: /**/recording_url, reason: "we fetch none" }]'
    const { stderr } = await diff(published(), ...(await withAllow(list)))
    expect(stderr).toBe(
      'No unknown differences.\nThis entry of --allow matches nothing: property_removed /**/recording_url (we fetch none)\n',
    )
  })

  it('knows what a list of one’s own knows too', async () => {
    const list = '[{ code: property_removed, at: /**/recording_url, reason: "we fetch none" }]'
    const { code, stdout, stderr } = await diff(published(purpose), ...(await withAllow(list)))
    expect([code, stdout.match(/^ {2}\w.*$/gm)]).toEqual([
      1,
      ['  breaks a request   /request/body/purpose is new, and required  required_property_added'],
    ])
    expect(stderr).toBe(
      '1 unknown difference (1 in requests, 0 in responses, 0 harmless); the client does not cope with 1; 3 known differences, which --strict shows.\n',
    )
  })

  it('says it all in one object of JSON', async () => {
    const list = '[{ code: property_removed, reason: "we fetch none" }, { code: x, reason: "y" }]'
    const { code, stdout, stderr } = await diff(published(purpose), '--json', ...(await withAllow(list)))
    expect([code, stderr, stdout.split('\n').length]).toEqual([1, '', 2])
    const { differences, known, unused } = JSON.parse(stdout)
    expect(differences).toEqual([
      {
        operation: 'placeCall',
        endpoint: 'POST /v1/call/',
        at: '/request/body/purpose',
        code: 'required_property_added',
        effect: 'breaks_request',
        clientCopes: false,
        client: 'Sends the field only if you pass it.',
        message: 'is new, and required',
      },
    ])
    expect(known).toHaveLength(3)
    expect(known[0]).toMatchObject({
      operation: 'listCalls',
      code: 'property_removed',
      reason: 'we fetch none',
    })
    expect(unused).toEqual([{ code: 'x', reason: 'y' }])
  })

  it('writes nothing that a terminal obeys', async () => {
    const { stdout } = await diff(
      published((document) => {
        document.components.schemas.CallRequest.properties['\u001b[2J\u202e'] = {}
      }),
      '--strict',
    )
    expect(stdout).toContain('property_added')
    expect(stdout).not.toMatch(/[^\P{C}\n]/u)
  })
})

describe('what cannot be read exits 2', () => {
  it.each<[string, string | Uint8Array, string]>([
    ['no OpenAPI', '{}', ': The document is not an OpenAPI document: it has no `openapi`.'],
    ['Swagger 2', 'swagger: "2.0"', ': The document is Swagger 2.0; give one of OpenAPI 3.0 or 3.1.'],
    ['no UTF-8', new Uint8Array([0xff, 0xfe, 0x7b]), ' is not UTF-8; give a text file of JSON or YAML.'],
    ['too much', new Uint8Array(8 * 2 ** 20 + 1).fill(0x20), ' is larger than 8 MiB.'],
    [
      'a reference out of it',
      published((document) => {
        document.components.schemas.Call = { $ref: 'http://169.254.169.254/' }
      }),
      ': The document at /responses/200/body/data/*: $ref "http://169.254.169.254/" leads out of the document; bundle it into one file first.',
    ],
  ])('%s', async (_, text, line) => {
    const path = await file('bad.json', text)
    const { code, stdout, stderr } = await digame(['spec', 'diff', path], { env: {} })
    expect([code, stdout, stderr]).toEqual([2, '', `error: ${path}${line}\n`])
  })

  it('a file that is not there, and a folder', async () => {
    const missing = join(folder, 'missing.json')
    expect(await digame(['spec', 'diff', missing])).toEqual({
      ...{ code: 2, stdout: '' },
      stderr: `error: ${missing} is not there; give a file or an http(s) URL.\n`,
    })
    expect(await digame(['spec', 'diff', folder])).toEqual({
      ...{ code: 2, stdout: '' },
      stderr: `error: ${folder} is a folder; give a file.\n`,
    })
  })

  it('a list without a reason, before anything is compared', async () => {
    const { code, stdout, stderr } = await diff(published(), ...(await withAllow('[{ code: x }]')))
    expect([code, stdout]).toEqual([2, ''])
    expect(stderr).toBe(
      `error: --allow ${join(folder, 'allow.yaml')}: Entry 1 of the allow list has no reason.\n`,
    )
  })

  it('says which in JSON', async () => {
    const { code, stderr } = await diff('{}', '--json')
    expect([code, JSON.parse(stderr).error]).toMatchObject([2, { name: 'UsageError', code: 'NOT_OPENAPI' }])
  })

  it('no document at all', async () => {
    const { code, stderr } = await digame(['spec', 'diff'])
    expect([code, stderr]).toEqual([2, 'error: <file|url> is missing; see --help.\n'])
  })
})

describe('a URL', () => {
  const answer =
    (...given: ConstructorParameters<typeof Response>): Fetch =>
    async () =>
      new Response(...given)
  const fetched = (fetch: Fetch, from = url) =>
    digame(['spec', 'diff', from, '--strict'], { fetch, env: { DIGA_API_KEY: 'sk-test' } })

  it('is fetched once, without the key, and no redirect is followed', async () => {
    const asked: unknown[] = []
    const { code, stderr } = await fetched(async (...[to, { method, headers, redirect }]) => {
      asked.push([to, method, Object.keys(headers), redirect])
      return new Response(published())
    })
    expect([code, stderr]).toEqual([0, 'No unknown differences.\n'])
    expect(asked).toEqual([[url, 'GET', ['accept'], 'manual']])
  })

  it.each<[string, Fetch, string]>([
    ['not found', answer('', { status: 404 }), 'answered 404.'],
    [
      'a redirect',
      answer(null, { status: 302, headers: { location: 'http://169.254.169.254/latest?x=1' } }),
      'answered 302, a redirect to http://169.254.169.254/latest, which is not followed; give the URL that it leads to.',
    ],
    ['too much', answer(new Uint8Array(8 * 2 ** 20 + 1)), 'is larger than 8 MiB.'],
    [
      'no connection',
      async () => {
        throw new TypeError('fetch failed', {
          cause: Object.assign(new Error('x'), { code: 'ECONNREFUSED' }),
        })
      },
      'cannot be read (ECONNREFUSED).',
    ],
  ])('%s', async (_, fetch, line) => {
    const { code, stdout, stderr } = await fetched(fetch)
    expect([code, stdout, stderr]).toEqual([2, '', `error: https://docs.example/openapi.json ${line}\n`])
  })

  it('without end is left after 8 MiB', async () => {
    let sent = 0
    const body = new ReadableStream<Uint8Array>({
      pull(controller) {
        sent += 2 ** 20
        controller.enqueue(new Uint8Array(2 ** 20))
      },
    })
    const { code } = await fetched(answer(body))
    expect([code, sent < 16 * 2 ** 20]).toEqual([2, true])
  })

  it('with a password, or that is none, is not fetched', async () => {
    const fetch: Fetch = () => Promise.reject(new Error('Something was sent'))
    expect((await fetched(fetch, 'https://me:hush@docs.example/')).stderr).toBe(
      'error: https://docs.example/ has a user or a password in it; save the document, and give the file.\n',
    )
    expect((await fetched(fetch, 'http://[')).stderr).toBe('error: The URL is not a URL.\n')
  })

  const silent: Fetch = () => new Promise(() => {})

  it('that does not answer is left after 30 s', async () => {
    const clock: Clock = {
      ...{ now: () => 0, elapsed: () => 0 },
      after(ms, run) {
        expect(ms).toBe(30_000)
        setImmediate(run)
        return () => {}
      },
    }
    const { code, stderr } = await digame(['spec', 'diff', url], { fetch: silent, clock })
    expect([code, stderr]).toEqual([
      2,
      'error: https://docs.example/openapi.json was not there whole after 30 s.\n',
    ])
  })

  it('is left when the person interrupts', async () => {
    const interrupt = new AbortController()
    const fetch: Fetch = () => {
      setImmediate(() => interrupt.abort())
      return silent('', {} as never)
    }
    const { code, stderr } = await digame(['spec', 'diff', url], { fetch, interrupt })
    expect([code, stderr]).toEqual([130, 'interrupted: Nothing was done.\n'])
  })
})
