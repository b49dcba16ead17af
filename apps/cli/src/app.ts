import { readFile } from 'node:fs/promises'
import { callStatuses, callTypes } from '@digame/client/values'
import { type Application, buildApplication, buildCommand, buildRouteMap, help, version } from '@stricli/core'
import type { Context } from './context.ts'
import { count, factor, moment, sender, uuid, variable, word } from './input.ts'
import { textFor } from './usage-text.ts'

/** Without a prototype, as Stricli takes `--constructor` for a flag otherwise. */
const flags = <const T extends object>(given: T): T => Object.setPrototypeOf(given, null)

const on = (brief: string) => ({ kind: 'boolean', optional: true, withNegated: false, brief }) as const

const optional = <T>(parse: (typed: string) => T, placeholder: string, brief: string) =>
  ({ kind: 'parsed', optional: true, parse, placeholder, brief }) as const

const jsonLines = on('Write one JSON object a line')

const id = {
  kind: 'tuple',
  parameters: [{ parse: uuid, placeholder: 'id', brief: 'The id of the call' }],
} as const

const call = buildCommand({
  loader: async () => (await import('./commands/calls/place.ts')).place,
  parameters: {
    positional: {
      kind: 'tuple',
      parameters: [{ parse: word, placeholder: 'to', brief: 'The number to call: +34 and nine digits' }],
    },
    flags: flags({
      from: {
        kind: 'parsed',
        parse: sender,
        placeholder: 'number',
        brief: 'A number of the account, in E.164 or as its uuid',
      },
      var: {
        kind: 'parsed',
        parse: variable,
        optional: true,
        variadic: true,
        placeholder: 'name=value',
        brief: 'A value for {{name}} in the prompt; repeat it for more',
      },
      agentVersion: optional(uuid, 'uuid', 'The agent version that talks; else the one of the number'),
      key: optional(word, 'key', 'The idempotency key, to find the call again; else a random uuid'),
      notAfter: optional(moment, 'date', 'Do not place the call from this moment on'),
      wait: on('Follow the call to its end and show the transcript'),
      json: on('Write one JSON object'),
      mock: on('Call nobody: use a mock inside this process, without a key'),
      mockSpeed: optional(factor, 'factor', 'How many times as fast the mock lives; 15 if not given'),
    }),
  },
  docs: {
    brief: 'Place a call',
    fullDescription: [
      'Places a call, once: it is never sent again unless it is known that no call was made.',
      'Without --wait it ends when the service has accepted the call, before anybody has picked up.',
    ].join('\n'),
  },
})

const get = buildCommand({
  loader: async () => (await import('./commands/calls/get.ts')).get,
  parameters: { positional: id, flags: flags({ json: on('Write one JSON object') }) },
  docs: { brief: 'Show a call' },
})

const messages = buildCommand({
  loader: async () => (await import('./commands/calls/messages.ts')).messages,
  parameters: { positional: id, flags: flags({ json: jsonLines }) },
  docs: { brief: 'Show what was said in a call, oldest first' },
})

const watch = buildCommand({
  loader: async () => (await import('./commands/calls/watch.ts')).watch,
  parameters: { positional: id, flags: flags({ json: jsonLines }) },
  docs: { brief: 'Show each change of status of a call until it has ended' },
})

const list = buildCommand({
  loader: async () => (await import('./commands/calls/list.ts')).list,
  parameters: {
    flags: flags({
      status: {
        kind: 'enum',
        optional: true,
        values: callStatuses,
        brief: 'Only calls of this status',
      },
      type: { kind: 'enum', optional: true, values: callTypes, brief: 'Only this direction' },
      agent: optional(uuid, 'uuid', 'Only calls of this agent'),
      contact: optional(uuid, 'uuid', 'Only calls with this contact'),
      phone: optional(uuid, 'uuid', 'Only calls over this number of the account'),
      since: optional(moment, 'date', 'Only calls created at this moment or later'),
      until: optional(moment, 'date', 'Only calls created at this moment or earlier'),
      key: optional(word, 'key', 'Only calls placed with this idempotency key; reads the whole list'),
      limit: optional(count, 'count', 'At most so many; 50 if not given'),
      all: on('All of them'),
      json: jsonLines,
    }),
  },
  docs: { brief: 'List calls, newest first' },
})

const diff = buildCommand({
  loader: async () => (await import('./commands/spec/diff.ts')).diff,
  parameters: {
    positional: {
      kind: 'tuple',
      parameters: [
        { parse: word, placeholder: 'file|url', brief: 'The document: OpenAPI 3.0 or 3.1, JSON or YAML' },
      ],
    },
    flags: flags({
      allow: optional(word, 'file', 'Differences that are known too, as YAML'),
      strict: on('Count the differences that digame knows of as unknown'),
      json: on('Write one JSON object'),
    }),
  },
  docs: {
    brief: 'Tell what a document of the vendor has other than our spec',
    fullDescription: [
      'Tells what a document of the vendor has other than our spec, in the operations that are used here.',
      'Exit codes: 0 nothing unknown, 1 unknown differences, 2 the document or the list cannot be read.',
    ].join('\n'),
  },
})

const mock = buildCommand({
  loader: async () => (await import('./commands/mock.ts')).mock,
  parameters: {
    positional: {
      kind: 'array',
      parameter: { parse: String, placeholder: 'options', brief: 'See digame mock --help' },
    },
  },
  docs: { brief: 'Serve a mock of the API on this machine, which calls nobody' },
})

const root = buildRouteMap({
  routes: {
    call,
    mock,
    calls: buildRouteMap({
      routes: { list, get, messages, watch },
      docs: { brief: 'Read the calls of the account' },
    }),
    spec: buildRouteMap({
      routes: { diff },
      docs: { brief: 'Compare the spec of the API' },
    }),
  },
  docs: {
    brief: 'Place phone calls by AI agents through the Diga call API. Unofficial.',
    fullDescription: [
      'Place phone calls by AI agents through the Diga call API. Unofficial.',
      '',
      'DIGA_API_KEY is the key of the account; DIGA_BASE_URL is where the service is, if elsewhere.',
      'Exit codes: 0 done, 1 failure, 2 wrong usage, 4 not authorised, 5 a call may have been placed, 130 interrupted.',
    ].join('\n'),
  },
})

/** The version in package.json, which lies above this file both in `src` and in `dist`. */
async function currentVersion(): Promise<string> {
  return JSON.parse(await readFile(new URL('../package.json', import.meta.url), 'utf8')).version
}

/** The command table, for one command line. `onFailure` is told what a command throws. */
export function createApp(
  argv: readonly string[],
  onFailure: (error: unknown) => number,
): Application<Context> {
  return buildApplication<Context>(
    root,
    {
      name: 'digame',
      scanner: { caseStyle: 'allow-kebab-for-camel', allowArgumentEscapeSequence: argv[0] === 'mock' },
      localization: { text: textFor(argv) },
      determineExitCode: onFailure,
    },
    {
      help: help({
        brief: 'Show this',
        defaultForRouteMap: true,
        formatting: {
          useAliasInUsageLine: false,
          onlyRequiredInUsageLine: false,
          caseStyle: 'convert-camel-to-kebab',
        },
      }),
      version: version({ brief: 'Show the version', info: { getCurrentVersion: currentVersion } }),
    },
  )
}
