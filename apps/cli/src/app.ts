import { readFile } from 'node:fs/promises'
import { callStatuses, callTypes } from '@digame/client/values'
import { type Application, buildApplication, buildCommand, buildRouteMap, help, version } from '@stricli/core'
import { host, milliseconds, port, seed, vocabularies } from './commands/mock-flags.ts'
import type { Context } from './context.ts'
import { count, factor, moment, sender, uuid, variable, word } from './input.ts'
import { textFor } from './usage-text.ts'

/** Removes the prototype of a flag table, in which Stricli would otherwise find a flag `--constructor`. */
const flags = <const T extends object>(table: T): T => Object.setPrototypeOf(table, null)

const toggle = (brief: string) => ({ kind: 'boolean', optional: true, withNegated: false, brief }) as const

const optional = <T>(parse: (typed: string) => T, placeholder: string, brief: string) =>
  ({ kind: 'parsed', optional: true, parse, placeholder, brief }) as const

const jsonLines = toggle('Print one JSON object per line')

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
        brief: 'The number of your account to call from: in E.164, such as +34910000001, or its uuid',
      },
      var: {
        kind: 'parsed',
        parse: variable,
        optional: true,
        variadic: true,
        placeholder: 'name=value',
        brief: 'A value for {{name}} in the prompt of the agent; may be repeated',
      },
      agentVersion: optional(
        uuid,
        'uuid',
        'The agent version that talks [default: the outbound agent of the number]',
      ),
      key: optional(
        word,
        'key',
        'The idempotency key, by which the call can be found again [default: a random uuid]',
      ),
      notAfter: optional(
        moment,
        'date',
        'Send nothing after this date and time, such as 2026-07-22T18:00:00+02:00',
      ),
      wait: toggle('Follow the call to its end and print the transcript'),
      json: toggle('Print one JSON object'),
      mock: toggle('Call nobody: use a mock inside this process, which needs no API key'),
      mockSpeed: optional(
        factor,
        'factor',
        'How many times faster than real time calls of the mock run [default: 15]',
      ),
    }),
  },
  docs: {
    brief: 'Place a call',
    fullDescription: [
      'Places one call. A request that fails is sent again only if it is certain that no call was made.',
      'Without --wait the command ends when the service has accepted the call, before anybody picks up.',
      'With --mock some numbers choose what happens, such as +34500000001: nobody answers.',
    ].join('\n'),
  },
})

const get = buildCommand({
  loader: async () => (await import('./commands/calls/get.ts')).get,
  parameters: { positional: id, flags: flags({ json: toggle('Print one JSON object') }) },
  docs: { brief: 'Print a call' },
})

const messages = buildCommand({
  loader: async () => (await import('./commands/calls/messages.ts')).messages,
  parameters: { positional: id, flags: flags({ json: jsonLines }) },
  docs: { brief: 'Print the transcript of a call, oldest message first' },
})

const watch = buildCommand({
  loader: async () => (await import('./commands/calls/watch.ts')).watch,
  parameters: { positional: id, flags: flags({ json: jsonLines }) },
  docs: { brief: 'Print each status of a call until it has ended' },
})

const list = buildCommand({
  loader: async () => (await import('./commands/calls/list.ts')).list,
  parameters: {
    flags: flags({
      status: {
        kind: 'enum',
        optional: true,
        values: callStatuses,
        brief: 'Only calls with this status',
      },
      type: { kind: 'enum', optional: true, values: callTypes, brief: 'Only calls in this direction' },
      agent: optional(uuid, 'uuid', 'Only calls by this agent'),
      contact: optional(uuid, 'uuid', 'Only calls with this contact'),
      phone: optional(uuid, 'uuid', 'Only calls from or to this number of your account'),
      since: optional(moment, 'date', 'Only calls created at or after this date and time'),
      until: optional(moment, 'date', 'Only calls created at or before this date and time'),
      key: optional(word, 'key', 'Only the call with this idempotency key; reads the whole list'),
      limit: optional(count, 'count', 'At most this many calls [default: 50]'),
      all: toggle('All calls'),
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
        { parse: word, placeholder: 'file|url', brief: 'The document: OpenAPI 3.0 or 3.1, as JSON or YAML' },
      ],
    },
    flags: flags({
      allow: optional(word, 'file', 'A YAML list of further known differences'),
      strict: toggle('Report the differences that digame knows too'),
      json: toggle('Print one JSON object'),
    }),
  },
  docs: {
    brief: "Show how the vendor's document differs from our spec",
    fullDescription: [
      "Shows how the vendor's document differs from our spec, in the operations that digame uses.",
      'Exit codes: 0 no unknown difference, 1 unknown differences, 2 the document or the list cannot be read.',
    ].join('\n'),
  },
})

const mock = buildCommand({
  loader: async () => (await import('./commands/mock.ts')).mock,
  parameters: {
    flags: flags({
      port: optional(port, 'port', 'The port of the API (0 takes a free one) [default: 4010]'),
      host: optional(host, 'host', 'The host that both ports bind to [default: 127.0.0.1]'),
      controlPort: optional(
        port,
        'port',
        'The port of the journal, the calls and the replies (0 takes a free one) [default: 4012]',
      ),
      noControl: toggle('Open no control port'),
      vocabulary: {
        kind: 'enum',
        optional: true,
        values: vocabularies,
        brief: 'The statuses of ended calls [default: seed]',
      },
      speed: optional(factor, 'factor', 'How many times faster than real time calls run [default: 1]'),
      seed: optional(seed, 'number', 'Decides the ids and durations of calls [default: drawn at random]'),
      maxConcurrent: optional(
        count,
        'count',
        'How many calls may dial and talk at once; the others wait in the queue [default: no limit]',
      ),
      listDelay: optional(
        milliseconds,
        'ms',
        'How long a new call is missing from the list, in milliseconds [default: 0]',
      ),
      json: toggle('Print one JSON object per line, on both outputs'),
    }),
  },
  docs: {
    brief: 'Serve a mock of the API on this machine, which calls nobody',
    fullDescription: [
      'Serves a mock of the API on this machine. It calls nobody.',
      'Says on stdout where it listens, and logs each request on stderr. Ctrl-C ends it.',
      'Some numbers choose what happens, such as +34500000001: nobody answers. The README of @digame/mock lists them.',
      'Exit codes: 0 ended, 1 cannot listen, 2 wrong usage.',
    ].join('\n'),
  },
})

const root = buildRouteMap({
  routes: {
    call,
    mock,
    calls: buildRouteMap({
      routes: { list, get, messages, watch },
      docs: { brief: 'Read the calls of your account' },
    }),
    spec: buildRouteMap({
      routes: { diff },
      docs: { brief: 'Compare specs of the API' },
    }),
  },
  docs: {
    brief: 'Place phone calls by AI agents through the Diga call API. Unofficial.',
    fullDescription: [
      'Place phone calls by AI agents through the Diga call API. Unofficial.',
      '',
      'Environment:',
      '  DIGA_API_KEY   the API key of your account',
      '  DIGA_BASE_URL  the address of the service, if it is not https://api.diga.io',
      '',
      'Exit codes:',
      '  0 done  1 failed  2 wrong usage  4 not authorised  5 a call may have been placed  130 interrupted',
    ].join('\n'),
  },
})

/** The version in package.json, which is one folder above both `src` and `dist`. */
async function currentVersion(): Promise<string> {
  return JSON.parse(await readFile(new URL('../package.json', import.meta.url), 'utf8')).version
}

/** Creates the command table for one command line. `onFailure` is called with what a command throws. */
export function createApp(
  argv: readonly string[],
  onFailure: (error: unknown) => number,
): Application<Context> {
  return buildApplication<Context>(
    root,
    {
      name: 'digame',
      scanner: { caseStyle: 'allow-kebab-for-camel' },
      localization: { text: textFor(argv) },
      determineExitCode: onFailure,
    },
    {
      help: help({
        brief: 'Print this help',
        defaultForRouteMap: true,
        formatting: {
          useAliasInUsageLine: false,
          onlyRequiredInUsageLine: false,
          caseStyle: 'convert-camel-to-kebab',
        },
      }),
      version: version({ brief: 'Print the version', info: { getCurrentVersion: currentVersion } }),
    },
  )
}
